from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Delegate, Event, PlanVersion
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, RequestStatus, Role, Side
from matchmaker.services.events.requests.my_schedule import own_schedule
from matchmaker.services.events.requests.notifications import tell_changes
from tests.docking import SLOTS, WEEK_BEFORE, Docking, Outbox, publish_plan
from tests.factories import make_user
from tests.services.events.requests.scene import ADDRESS, Scene, move_first


def published(session: Session, event: Event, number: int) -> PlanVersion:
    return session.scalars(
        select(PlanVersion).where(PlanVersion.event_id == event.id, PlanVersion.version == number)
    ).one()


class TestMail:
    """People are told only what changed for them."""

    def tell(self, session: Session, docking: Docking) -> Outbox:
        outbox = Outbox(session)
        number = docking.event.published_version or 0
        before = published(session, docking.event, number - 1) if number > 1 else None
        after = published(session, docking.event, number)
        told = tell_changes(session, docking.event, before, after, "https://match.example/me")
        assert told == len(outbox.sent)
        return outbox

    def test_only_those_concerned_are_written_to(self, session: Session, docking: Docking) -> None:
        move_first(session, docking, WEEK_BEFORE)
        outbox = self.tell(session, docking)
        concerned = [docking.person(docking.needs[0]), docking.person(docking.offers[0])]
        assert sorted(outbox.readers) == sorted(person.email for person in concerned)
        for (_, subject, text), partner in zip(
            sorted(outbox.sent), (p for _, p in sorted(self._partners(docking))), strict=True
        ):
            assert docking.event.name in subject
            assert "第 2 版" in text
            assert "改为 05-18 10:00–10:20 1 号桌（原 05-18 09:00–09:20 1 号桌）" in text
            assert partner in text
            assert "https://match.example/me" in text
            assert text.count("·") - text.count("示例·") == 1

    def _partners(self, docking: Docking) -> list[tuple[str, str]]:
        need, offer = docking.needs[0], docking.offers[0]
        return [(docking.person(need).email, offer.name), (docking.person(offer).email, need.name)]

    def test_the_first_version_is_new_to_all(self, session: Session, docking: Docking) -> None:
        outbox = self.tell(session, docking)
        assert len(outbox.sent) == 4
        assert all(text.count("新增") == 2 for _, _, text in outbox.sent)

    def test_a_cancelled_meeting_is_told_as_gone(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.CANCELLED
        publish_plan(session, docking.event)
        assert all("取消 05-18 09:00" in text for _, _, text in self.tell(session, docking).sent)

    def test_what_was_held_has_not_changed(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.HELD
        publish_plan(session, docking.event)
        assert self.tell(session, docking).sent == []

    def test_that_somebody_did_not_come_is_no_change(self, session: Session, docking: Docking) -> None:
        docking.event.meetings[0].status = MeetingStatus.NO_SHOW
        publish_plan(session, docking.event)
        assert self.tell(session, docking).sent == []
        first = own_schedule(session, docking.needs[0], WEEK_BEFORE).appointments[0]
        assert (first.status, first.stands, first.change) == (MeetingStatus.NO_SHOW, False, None)

    def test_who_left_is_not_written_to_but_the_partner_is(self, session: Session, docking: Docking) -> None:
        docking.needs[0].status = ParticipantStatus.WITHDRAWN
        docking.event.meetings[0].status = MeetingStatus.CANCELLED
        publish_plan(session, docking.event)
        assert self.tell(session, docking).readers == [docking.person(docking.offers[0]).email]

    def test_who_acts_for_two_gets_one_message(self, session: Session, docking: Docking) -> None:
        person = docking.person(docking.needs[0])
        session.add(Delegate(participant=docking.offers[0], user_id=person.id, name=person.name))
        move_first(session, docking, WEEK_BEFORE)
        outbox = self.tell(session, docking)
        assert len(outbox.sent) == 2
        (text,) = [text for to, _, text in outbox.sent if to == person.email]
        assert docking.needs[0].name in text
        assert docking.offers[0].name in text


def test_a_request_reaches_everybody_of_the_other_side(session: Session, scene: Scene) -> None:
    other = scene.offers[0]
    colleague = make_user(session, Role.RESEARCHER, other.organization, owner=False)
    request = scene.ask(scene.needs[0], other, SLOTS[1])
    assert (request.status, request.side, request.starts_at) == (RequestStatus.REQUESTED, Side.NEED, SLOTS[1])
    assert sorted(scene.outbox.readers) == sorted([scene.person(other).email, colleague.email])
    _, subject, text = scene.outbox.sent[0]
    assert scene.needs[0].name in subject
    for words in ("想谈轴承寿命", "05-18 09:20–09:40", scene.event.name, ADDRESS):
        assert words in text


def test_the_mail_speaks_its_readers_language(session: Session, scene: Scene) -> None:
    scene.person(scene.offers[0]).language = "en"
    session.commit()
    scene.ask(scene.needs[0], scene.offers[0])
    assert scene.outbox.sent[0][0] == scene.person(scene.offers[0]).email


def test_where_nobody_could_answer_the_organizers_are_told(session: Session, scene: Scene) -> None:
    organizer = make_user(session, Role.ORGANIZER)
    scene.person(scene.offers[0]).active = False
    session.commit()
    scene.ask(scene.needs[0], scene.offers[0])
    assert scene.outbox.readers == [organizer.email]
