"""Who comes for a participant, and the same person at two."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, NotFound
from matchmaker.domain.events.event import Participant
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import EventStatus, Role, Side
from matchmaker.services.events.participation.delegates import (
    MOST_DELEGATES,
    DelegateValues,
    add_delegate,
    add_members,
    addable_members,
    also_coming_for,
    remove_delegate,
    set_lead,
)
from matchmaker.services.events.plan.occupancy import load_occupancy
from tests.factories import make_user
from tests.fairs import at, make_meeting, make_participant


def test_one_of_several_leads_and_hands_over(session: Session, person: User, participant: Participant) -> None:
    first, second, third = (
        add_delegate(session, person, participant.id, DelegateValues(f"示例·{n}")) for n in "甲乙丙"
    )
    assert [one.is_lead for one in participant.delegates] == [True, False, False]
    set_lead(session, person, third.id)
    assert [one.is_lead for one in participant.delegates] == [False, False, True]
    remove_delegate(session, person, third.id)
    assert [(one.name, one.is_lead) for one in participant.delegates] == [(first.name, True), (second.name, False)]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (DelegateValues(" "), "name", "请填写姓名"),
        (DelegateValues("名" * 61), "name", "最多 60 字"),
        (DelegateValues("示例·甲", title="长" * 61), "title", "最多 60 字"),
        (DelegateValues("示例·甲", email="no address"), "email", "不是邮箱地址"),
    ],
)
def test_a_fault_is_told_at_its_field(
    session: Session, person: User, participant: Participant, values: DelegateValues, field: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        add_delegate(session, person, participant.id, values)
    assert caught.value.field == field
    assert participant.delegates == []


def test_a_list_has_an_end(session: Session, person: User, participant: Participant) -> None:
    for number in range(MOST_DELEGATES):
        add_delegate(session, person, participant.id, DelegateValues(f"示例·{number}"))
    with pytest.raises(Conflict, match="最多 20 位"):
        add_delegate(session, person, participant.id, DelegateValues("示例·多"))


def test_members_are_named_with_what_their_account_says(
    session: Session, person: User, participant: Participant
) -> None:
    colleague = make_user(session, organization=person.organization, owner=False)
    stranger = make_user(session)
    assert addable_members(session, participant) == [person, colleague]
    add_members(session, person, participant.id, [colleague.id, stranger.id])
    assert [(one.user, one.email) for one in participant.delegates] == [(colleague, colleague.email)]
    assert addable_members(session, participant) == [person]
    with pytest.raises(InvalidInput, match="已在代表名单里"):
        add_delegate(session, person, participant.id, DelegateValues("别名", email=colleague.email.upper()))


def test_the_same_person_at_two_organizations_is_recognised(
    session: Session, person: User, participant: Participant
) -> None:
    event, organizer = participant.event, make_user(session, Role.ORGANIZER)
    other, third = make_participant(session, event), make_participant(session, event)
    add_members(session, person, participant.id, [person.id])
    add_delegate(session, organizer, other.id, DelegateValues("同名不同写", email=f" {person.email.upper()} "))
    add_delegate(session, organizer, other.id, DelegateValues("示例·顾问", phone="0379 1234-567"))
    add_delegate(session, organizer, third.id, DelegateValues("示例·顾问", phone="03791234567"))
    twins = also_coming_for(session, event)
    by_name = {one.name: twins.get(one.id) for p in event.participants for one in p.delegates if p is not third}
    assert by_name == {person.name: [other], "同名不同写": [participant], "示例·顾问": [third]}


def test_whoever_leads_for_two_sits_in_one_meeting_at_a_time(
    session: Session, person: User, participant: Participant
) -> None:
    event = participant.event
    other, offer_side, free = (
        make_participant(session, event),
        make_participant(session, event, Side.OFFER),
        make_participant(session, event, Side.OFFER),
    )
    add_members(session, person, participant.id, [person.id])
    add_delegate(session, None, other.id, DelegateValues(person.name, email=person.email))
    make_meeting(session, participant, offer_side)
    occupancy = load_occupancy(session, event)
    said = [obstacle.text() for obstacle in occupancy.obstacles((other.id, free.id), at(9))]
    assert said == [f"“{other.name}”与“{participant.name}”由同一人洽谈，不能同时安排"]
    assert occupancy.obstacles((other.id, free.id), at(10)) == []


def test_strangers_change_nothing_and_nobody_does_after_the_end(
    session: Session, person: User, participant: Participant
) -> None:
    delegate = add_delegate(session, person, participant.id, DelegateValues("示例·甲"))
    stranger = make_user(session)
    for change in (
        lambda: add_delegate(session, stranger, participant.id, DelegateValues("示例·乙")),
        lambda: add_members(session, stranger, participant.id, [person.id]),
        lambda: set_lead(session, stranger, delegate.id),
        lambda: remove_delegate(session, stranger, delegate.id),
    ):
        with pytest.raises(NotFound):
            change()
    participant.event.status = EventStatus.FINISHED
    session.commit()
    with pytest.raises(Conflict, match="已经结束"):
        remove_delegate(session, person, delegate.id)
