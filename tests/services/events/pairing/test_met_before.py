from datetime import date

from sqlalchemy.orm import Session

from matchmaker.domain.people import Team
from matchmaker.domain.vocabulary import MeetingStatus, NextStep, OrganizationKind, Side
from matchmaker.services.events.pairing.met_before import met_before
from tests.factories import make_organization
from tests.fairs import at, make_fair, make_meeting, make_participant


def test_those_who_met_at_another_event_are_known_again(session: Session) -> None:
    earlier, present = make_fair(session, name="春季对接会"), make_fair(session, name="秋季对接会")
    firm, university = make_organization(session), make_organization(session, OrganizationKind.UNIVERSITY)
    teams = [Team(organization=university, name=name) for name in ("甲", "乙")]
    session.add_all(teams)
    session.commit()
    held = make_meeting(
        session,
        make_participant(session, earlier, Side.NEED, firm),
        make_participant(session, earlier, Side.OFFER, university, team=teams[0]),
        status=MeetingStatus.HELD,
        need_rating=4,
        need_next_step=NextStep.VISIT,
        offer_next_step=NextStep.NONE,
        starts_at=at(10),
    )
    need_side = make_participant(session, present, Side.NEED, firm)
    same, another = (make_participant(session, present, Side.OFFER, university, team=team) for team in teams)
    whole = make_participant(session, present, Side.OFFER, university)
    pairs = [(need_side.id, one.id) for one in (same, another, whole)]
    known = met_before(session, present, pairs)
    assert known.keys() == {pairs[0], pairs[2]}
    (found,) = known[pairs[0]]
    assert (found.event, found.on, found.need_rating, found.offer_rating) == ("春季对接会", date(2040, 5, 15), 4, None)
    assert found.next_steps == (NextStep.VISIT,)
    assert met_before(session, earlier, [(held.need_side_id, held.offer_side_id)]) == {}


def test_roles_may_have_been_the_other_way_round_and_a_no_show_is_no_meeting(session: Session) -> None:
    earlier, present = make_fair(session, name="春季对接会"), make_fair(session, name="秋季对接会")
    one, other = make_organization(session), make_organization(session)
    meeting = make_meeting(
        session,
        make_participant(session, earlier, Side.NEED, other),
        make_participant(session, earlier, Side.OFFER, one),
        status=MeetingStatus.NO_SHOW,
    )
    pair = (
        make_participant(session, present, Side.NEED, one).id,
        make_participant(session, present, Side.OFFER, other).id,
    )
    assert met_before(session, present, [pair]) == {}
    meeting.status = MeetingStatus.HELD
    session.commit()
    assert len(met_before(session, present, [pair])[pair]) == 1
