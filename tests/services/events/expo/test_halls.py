"""The halls of an expo: how booths are numbered, who has which, and giving them out."""

import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotAllowed, ValidationErrors
from matchmaker.domain.events.event import Event, Participant, Room
from matchmaker.domain.reference import Industry
from matchmaker.domain.vocabulary import EventKind, ParticipantStatus, Role, Side, Visibility
from matchmaker.services.events.expo.halls import (
    assign_booths,
    booth_names,
    expo_plan,
    fill_empty_booths,
    halls_with_booths,
    main_industries,
)
from tests.factories import make_offer, make_user
from tests.fairs import make_fair, make_participant

STEEL, FARMING = "equipment_manufacturing", "agriculture"


@pytest.fixture
def expo(session: Session) -> Event:
    """Two halls of three booths, and four exhibitors of two industries, none of whom has a booth."""
    event = make_fair(session, kind=EventKind.EXPO, name="示例博览会")
    event.rooms = [Room(name="东馆", position=0, table_count=3), Room(name="西馆", position=1, table_count=3)]
    for number in range(4):
        exhibitor = make_participant(session, event, Side.OFFER)
        make_offer(session, exhibitor.organization, industry_code=STEEL if number % 2 else FARMING)
    session.commit()
    return event


def exhibitors_of(event: Event) -> list[Participant]:
    return [one for one in event.participants if one.side is Side.OFFER]


def place(session: Session, exhibitor: Participant, hall: int | None, booth: str) -> None:
    exhibitor.room, exhibitor.booth = None if hall is None else exhibitor.event.rooms[hall], booth
    session.commit()


def numbers(session: Session, event: Event) -> list[list[str]]:
    return [[booth.number for booth in hall.booths] for hall in halls_with_booths(session, event)]


def test_booths_are_numbered_by_hall(session: Session, expo: Event) -> None:
    assert numbers(session, expo) == [["A01", "A02", "A03"], ["B01", "B02", "B03"]]


def test_a_hall_numbers_its_booths_as_its_exhibitors_do(session: Session, expo: Event) -> None:
    one, other, third, fourth = exhibitors_of(expo)
    place(session, one, 0, "E2")
    place(session, other, 0, "特装")
    place(session, third, 1, "W001")
    place(session, fourth, None, "门厅")
    assert numbers(session, expo) == [["E1", "E2", "E3", "特装"], ["W001", "W002", "W003"], ["门厅"]]
    east = halls_with_booths(session, expo)[0]
    assert [booth.exhibitor for booth in east.booths] == [None, one, None, other]


def test_two_spellings_of_one_number_are_both_shown(session: Session, expo: Event) -> None:
    one, other, *_ = exhibitors_of(expo)
    place(session, one, 0, "A1")
    place(session, other, 0, "a01")
    assert numbers(session, expo)[0] == ["A1", "A2", "A3", "a01"]


def test_a_hall_without_booths_and_who_does_not_come_are_left_out(session: Session, expo: Event) -> None:
    one, *_ = exhibitors_of(expo)
    place(session, one, 0, "A02")
    one.status = ParticipantStatus.WITHDRAWN
    expo.rooms[1].table_count = 0
    session.commit()
    (east,) = halls_with_booths(session, expo)
    assert len(east.empty) == 3


def test_the_same_number_in_two_halls_is_told_apart(session: Session, expo: Event) -> None:
    one, other, *_ = exhibitors_of(expo)
    place(session, one, 0, "1")
    place(session, other, 1, "1")
    assert list(booth_names(halls_with_booths(session, expo))) == [
        f"{hall} {number}" for hall in ("东馆", "西馆") for number in ("1", "2", "3")
    ]
    assign_booths(session, None, expo, {one.id: "西馆 2"})
    assert (one.room_id, one.booth) == (expo.rooms[1].id, "2")


def test_booths_are_given_exchanged_and_taken_back_at_once(session: Session, expo: Event) -> None:
    one, other, third, _ = exhibitors_of(expo)
    assert assign_booths(session, None, expo, {one.id: "a1", other.id: "Ｂ03"}) == [one, other]
    east, west = expo.rooms
    assert (one.booth, one.room_id, other.booth, other.room_id) == ("A01", east.id, "B03", west.id)
    assign_booths(session, None, expo, {one.id: "B03", other.id: "A01", third.id: ""})
    assert (one.booth, other.booth, third.booth) == ("B03", "A01", "")
    assign_booths(session, None, expo, {one.id: " "})
    assert one.booth == ""
    assert other.booth == "A01"


def test_what_is_not_there_or_taken_is_refused_beside_its_field(session: Session, expo: Event) -> None:
    one, other, *_ = exhibitors_of(expo)
    with pytest.raises(ValidationErrors) as refused:
        assign_booths(session, None, expo, {one.id: "Z9"})
    (problem,) = refused.value.problems
    assert problem.field == f"booth-{one.id}"
    assert "A01、A02" in problem.text()
    with pytest.raises(ValidationErrors) as refused:
        assign_booths(session, None, expo, {one.id: "A01", other.id: "A1"})
    session.rollback()
    assert one.booth == other.booth == ""


def test_filling_puts_one_industry_side_by_side(session: Session, expo: Event) -> None:
    farm, steel, _, _ = exhibitors_of(expo)
    place(session, farm, 0, "A02")
    assert len(fill_empty_booths(session, None, expo)) == 3
    assert farm.booth == "A02"
    main = main_industries(session, expo)
    filled = [
        main[booth.exhibitor.id].code
        for hall in halls_with_booths(session, expo)
        for booth in hall.booths
        if booth.exhibitor not in (None, farm)
    ]
    assert filled == [STEEL, STEEL, FARMING]
    assert steel.booth in ("A01", "A03")


def test_filling_a_full_expo_is_refused(session: Session, expo: Event) -> None:
    for room in expo.rooms:
        room.table_count = 0
    session.commit()
    with pytest.raises(Conflict, match="没有空展位"):
        fill_empty_booths(session, None, expo)


def test_only_organizers_give_out_booths(session: Session, expo: Event) -> None:
    researcher = make_user(session, Role.RESEARCHER)
    with pytest.raises(NotAllowed):
        fill_empty_booths(session, researcher, expo)
    with pytest.raises(NotAllowed):
        assign_booths(session, researcher, expo, {})


def test_the_plan_counts_only_what_everybody_may_read(session: Session, expo: Event) -> None:
    one, *_ = exhibitors_of(expo)
    for _ in range(3):
        make_offer(session, one.organization, industry_code=STEEL, visibility=Visibility.PRIVATE)
    assert main_industries(session, expo)[one.id].code == FARMING


def test_the_plan_marks_links_and_leaves_out(session: Session, expo: Event) -> None:
    one, other, *_ = exhibitors_of(expo)
    place(session, one, 0, "A01")
    place(session, other, 0, "A02")
    plan = expo_plan(session, expo, "en", ranks={one.id: 1}, links={one.id: "/one"}, without={other.id})
    first, second, _ = plan.halls[0].booths
    steel, farming = (session.get_one(Industry, code).en for code in (STEEL, FARMING))
    assert plan.industries == (steel, farming)
    assert (first.exhibitor, first.rank, first.link, first.industry) == (one.organization.name, 1, "/one", 2)
    assert (second.number, second.exhibitor, second.industry) == ("A02", "", None)
