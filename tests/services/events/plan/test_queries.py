from sqlalchemy.orm import Session

from matchmaker.domain.vocabulary import Side
from matchmaker.services.events.plan.queries import meeting_of_pair, meetings_of
from tests.fairs import at, make_fair, make_meeting, make_participant


def test_meetings_are_listed_by_enterprise_the_best_first(session: Session) -> None:
    event, other = make_fair(session), make_fair(session, name="另一场")
    firms = [make_participant(session, event) for _ in range(2)]
    teams = [make_participant(session, event, Side.OFFER) for _ in range(2)]
    make_meeting(session, firms[1], teams[0], score=90)
    weak = make_meeting(session, firms[0], teams[0], score=40, starts_at=at(10))
    make_meeting(session, firms[0], teams[1], score=70, starts_at=at(11))
    make_meeting(session, make_participant(session, other), make_participant(session, other, Side.OFFER))
    assert [(m.need_side, m.score) for m in meetings_of(session, event)] == [
        (firms[0], 70),
        (firms[0], 40),
        (firms[1], 90),
    ]
    assert meeting_of_pair(session, event, (firms[0].id, teams[0].id)) is weak
    assert meeting_of_pair(session, event, (firms[1].id, teams[1].id)) is None
    assert meeting_of_pair(session, other, (firms[0].id, teams[1].id)) is None
