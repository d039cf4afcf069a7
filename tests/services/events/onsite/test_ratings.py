"""What both sides say after a meeting, who may say it, and what organizers make of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import MeetingStatus, MembershipStatus, NextStep, Role, Side
from matchmaker.services.events.onsite.ratings import (
    choose_next_step,
    own_ratings,
    rate_meeting,
    ratings_of,
    withdraw_rating,
)
from tests.factories import make_user
from tests.services.running_event import Fair, add_delegate


def standing(session: Session, kind: FeedbackKind) -> list[Feedback]:
    return list(session.scalars(select(Feedback).where(Feedback.kind == kind, Feedback.undone_at.is_(None))))


def ratings_kept(session: Session) -> list[tuple[int, Side, int | None]]:
    """The ratings that the ranker learns from: by whom, of which side, how many stars."""
    kept = sorted(standing(session, FeedbackKind.RATED), key=lambda said: (list(Side).index(said.side), said.id))
    return [(said.person_id, said.side, said.rating) for said in kept]


def colleague_of(session: Session, person: User) -> User:
    return make_user(session, organization=person.organization, owner=False)


def test_two_taps_say_all(session: Session, fair: Fair) -> None:
    meeting = fair.meetings[0]
    (word,) = own_ratings(session, fair.engineer, fair.event)
    assert (word.meeting, word.side, word.rating, word.next_step) == (meeting, Side.NEED, None, None)
    rate_meeting(session, fair.engineer, meeting.id, Side.NEED, 4)
    choose_next_step(session, fair.engineer, meeting.id, Side.NEED, NextStep.VISIT)
    assert (meeting.need_rating, meeting.need_next_step, meeting.status) == (4, NextStep.VISIT, MeetingStatus.HELD)
    assert (meeting.offer_rating, meeting.offer_next_step) == (None, None)
    (rated,), (met,) = standing(session, FeedbackKind.RATED), standing(session, FeedbackKind.MET)
    for said in (rated, met):
        assert (said.person_id, said.side) == (fair.engineer.id, Side.NEED)
        assert (said.need_id, said.offer_id) == (meeting.need_id, meeting.offer_id)
    assert rated.rating == 4


def test_the_last_word_stands(session: Session, fair: Fair) -> None:
    meeting = fair.meetings[0]
    for stars in (1, 5, 5):
        rate_meeting(session, fair.engineer, meeting.id, Side.NEED, stars)
    assert meeting.need_rating == 5
    assert [said.rating for said in standing(session, FeedbackKind.RATED)] == [5]
    withdraw_rating(session, fair.engineer, meeting.id, Side.NEED)
    withdraw_rating(session, fair.engineer, meeting.id, Side.NEED)
    assert meeting.need_rating is None
    assert standing(session, FeedbackKind.RATED) == []


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_five_stars(session: Session, fair: Fair, stars: int) -> None:
    with pytest.raises(InvalidInput):
        rate_meeting(session, fair.engineer, fair.meetings[0].id, Side.NEED, stars)


def test_a_meeting_is_rated_only_once_it_began(session: Session, fair: Fair) -> None:
    with pytest.raises(Conflict, match="才开始"):
        rate_meeting(session, fair.engineer, fair.meetings[3].id, Side.NEED, 4, fair.at(19))
    rate_meeting(session, fair.engineer, fair.meetings[3].id, Side.NEED, 4, fair.at(20))
    assert [word.meeting for word in own_ratings(session, fair.engineer, fair.event, fair.at(20))] == [
        fair.meetings[3],
        fair.meetings[0],
    ]


@pytest.mark.parametrize("status", [MeetingStatus.NO_SHOW, MeetingStatus.CANCELLED])
def test_what_did_not_take_place_is_not_rated(session: Session, fair: Fair, status: MeetingStatus) -> None:
    fair.meetings[0].status = status
    session.commit()
    with pytest.raises(Conflict, match=status.zh):
        rate_meeting(session, fair.engineer, fair.meetings[0].id, Side.NEED, 4)
    assert own_ratings(session, fair.engineer, fair.event) == []


def test_members_and_delegates_speak_for_their_own_side(session: Session, fair: Fair) -> None:
    delegate = make_user(session, Role.BROKER)
    add_delegate(session, fair.firms[1], delegate)
    assert [word.own for word in own_ratings(session, delegate, fair.event)] == [fair.firms[1]]
    assert {word.own.id for word in own_ratings(session, fair.researcher, fair.event)} == {t.id for t in fair.teams}
    assert [word.side for word in ratings_of(session, fair.organizer, fair.meetings[0].id)] == list(Side)
    for person, meeting, side in (
        (fair.engineer, fair.meetings[0], Side.OFFER),
        (fair.engineer, fair.meetings[1], Side.NEED),
        (delegate, fair.meetings[0], Side.NEED),
        (delegate, fair.meetings[1], Side.OFFER),
    ):
        with pytest.raises(NotFound):
            rate_meeting(session, person, meeting.id, side, 3)
    rate_meeting(session, delegate, fair.meetings[1].id, Side.NEED, 3)
    assert fair.meetings[1].need_rating == 3


def test_strangers_and_the_waiting_learn_nothing(session: Session, fair: Fair) -> None:
    waiting = make_user(session, organization=fair.engineer.organization, owner=False)
    assert waiting.membership is not None
    waiting.membership.status = MembershipStatus.PENDING
    session.commit()
    for person in (waiting, make_user(session), make_user(session, Role.BROKER)):
        with pytest.raises(NotFound):
            own_ratings(session, person, fair.event)
        with pytest.raises(NotFound):
            ratings_of(session, person, fair.meetings[0].id)
        for verb in (rate_meeting, choose_next_step):
            with pytest.raises(NotFound):
                verb(session, person, fair.meetings[0].id, Side.NEED, 3 if verb is rate_meeting else NextStep.VISIT)  # type: ignore[operator]
    with pytest.raises(NotFound):
        ratings_of(session, fair.engineer, 999_999)


def test_drafts_stay_the_organizers_business(session: Session, fair: Fair) -> None:
    fair.meetings[0].starts_at = fair.event.slots[2]
    session.commit()
    assert [word.meeting for word in own_ratings(session, fair.engineer, fair.event, fair.at(45))] == [fair.meetings[3]]
    with pytest.raises(NotFound):
        rate_meeting(session, fair.engineer, fair.meetings[0].id, Side.NEED, 3, fair.at(45))
    fair.event.published_version = None
    session.commit()
    assert own_ratings(session, fair.engineer, fair.event, fair.at(45)) == []


def test_an_organizer_enters_what_both_said_on_paper(session: Session, fair: Fair) -> None:
    meeting = fair.meetings[1]
    rate_meeting(session, fair.organizer, meeting.id, Side.NEED, 5)
    rate_meeting(session, fair.organizer, meeting.id, Side.OFFER, 2)
    assert (meeting.need_rating, meeting.offer_rating) == (5, 2)
    assert ratings_kept(session) == [(fair.organizer.id, Side.NEED, 5), (fair.organizer.id, Side.OFFER, 2)]
    withdraw_rating(session, fair.organizer, meeting.id, Side.NEED)
    assert (meeting.need_rating, meeting.offer_rating) == (None, 2)
    assert ratings_kept(session) == [(fair.organizer.id, Side.OFFER, 2)], "exactly what stands"


def test_a_colleagues_rating_takes_the_place_of_the_first(session: Session, fair: Fair) -> None:
    meeting, colleague = fair.meetings[0], colleague_of(session, fair.engineer)
    rate_meeting(session, fair.engineer, meeting.id, Side.NEED, 1)
    rate_meeting(session, fair.researcher, meeting.id, Side.OFFER, 4)
    rate_meeting(session, colleague, meeting.id, Side.NEED, 5)
    assert meeting.need_rating == 5
    assert ratings_kept(session) == [(colleague.id, Side.NEED, 5), (fair.researcher.id, Side.OFFER, 4)]
    rate_meeting(session, fair.engineer, meeting.id, Side.NEED, 2)
    assert ratings_kept(session) == [(fair.engineer.id, Side.NEED, 2), (fair.researcher.id, Side.OFFER, 4)]


@pytest.mark.parametrize("who", ["colleague", "organizer"])
def test_what_somebody_else_withdraws_teaches_nothing_more(session: Session, fair: Fair, who: str) -> None:
    meeting = fair.meetings[0]
    person = fair.organizer if who == "organizer" else colleague_of(session, fair.engineer)
    rate_meeting(session, fair.engineer, meeting.id, Side.NEED, 1)
    rate_meeting(session, fair.researcher, meeting.id, Side.OFFER, 4)
    withdraw_rating(session, person, meeting.id, Side.NEED)
    assert meeting.need_rating is None
    assert ratings_kept(session) == [(fair.researcher.id, Side.OFFER, 4)], "the other side's rating stands"


def test_without_its_rating_the_last_meeting_leaves_what_an_earlier_one_said(session: Session, fair: Fair) -> None:
    earlier, later = fair.meetings[0], fair.meetings[3]
    later.need_id, later.offer_id = earlier.need_id, earlier.offer_id
    session.commit()
    rate_meeting(session, fair.engineer, earlier.id, Side.NEED, 2)
    rate_meeting(session, fair.engineer, later.id, Side.NEED, 5, fair.at(21))
    assert ratings_kept(session) == [(fair.engineer.id, Side.NEED, 5)]
    rate_meeting(session, fair.engineer, earlier.id, Side.NEED, 3)
    assert ratings_kept(session) == [(fair.engineer.id, Side.NEED, 5)], "the last meeting counts, not the last tap"
    withdraw_rating(session, fair.engineer, later.id, Side.NEED, fair.at(21))
    assert ratings_kept(session) == [(fair.engineer.id, Side.NEED, 3)]


def test_a_meeting_without_postings_is_rated_all_the_same(session: Session, fair: Fair) -> None:
    fair.meetings[0].need_id = None
    session.commit()
    session.expire_all()
    rate_meeting(session, fair.engineer, fair.meetings[0].id, Side.NEED, 3)
    assert fair.meetings[0].need_rating == 3
    assert standing(session, FeedbackKind.RATED) == []
