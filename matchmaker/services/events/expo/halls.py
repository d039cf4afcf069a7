"""The halls of an expo with their booths: who has which, which are empty, and giving them out.

A hall with a number of booths (``Room.table_count``) has them numbered through: A01, A02… in the first hall, B01… in
the second; where its exhibitors' booths are written otherwise, in their way. An exhibitor may also have a booth beyond
these, such as “特装1”.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, InvalidInput, raise_if_any
from matchmaker.domain.events.event import Event, Participant, Room
from matchmaker.domain.people import User
from matchmaker.domain.reference import Industry
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.printing.order import counting_order
from matchmaker.printing.sheets.hall_plan import ExpoPlan, HallPlan, PlannedBooth
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.expo.booth_recommendations import booth_order, exhibits_by_industry
from matchmaker.services.events.participation.participants import ParticipantLimits, participants_of, set_limits

_NUMBERED = re.compile(r"(?P<letters>\D*)(?P<digits>\d+)$")


@dataclass(frozen=True, slots=True)
class Booth:
    """A booth of a hall, and who has it."""

    number: str
    exhibitor: Participant | None


@dataclass(frozen=True, slots=True)
class Hall:
    """A hall with its booths by number; without a room: booths of exhibitors whose hall was not said."""

    room: Room | None
    booths: tuple[Booth, ...]

    @property
    def name(self) -> str:
        return self.room.name if self.room is not None else ""

    @property
    def room_id(self) -> int | None:
        return self.room.id if self.room is not None else None

    @property
    def empty(self) -> list[Booth]:
        return [booth for booth in self.booths if booth.exhibitor is None]


def halls_with_booths(session: Session, event: Event) -> list[Hall]:
    """The halls that have booths, in walking order, each with its booths as a person counts them."""
    exhibitors = participants_of(session, event, Side.OFFER)
    standing: defaultdict[int | None, list[Participant]] = defaultdict(list)
    for exhibitor in sorted(exhibitors, key=booth_order):
        if exhibitor.booth:
            standing[exhibitor.room_id].append(exhibitor)
    halls = [Hall(room, tuple(_booths(room, standing[room.id]))) for room in event.rooms]
    halls.append(Hall(None, tuple(Booth(exhibitor.booth, exhibitor) for exhibitor in standing[None])))
    return [hall for hall in halls if hall.booths]


def main_industries(session: Session, event: Event) -> dict[int, Industry]:
    """For each exhibitor by id, the industry of most of its exhibits, as everybody may read them."""
    counts: defaultdict[int, Counter[Industry]] = defaultdict(Counter)
    for section in exhibits_by_industry(session, event, None, date.today()):
        if section.industry is not None:
            for exhibit in section.exhibits:
                counts[exhibit.exhibitor.id][section.industry] += 1
    return {exhibitor_id: counted.most_common(1)[0][0] for exhibitor_id, counted in counts.items()}


def expo_plan(
    session: Session,
    event: Event,
    language: str,
    *,
    ranks: Mapping[int, int] | None = None,
    links: Mapping[int, str] | None = None,
    without: Collection[int] = (),
) -> ExpoPlan:
    """The plan of the halls. ``ranks`` and ``links`` are by an exhibitor's id; of the exhibitors ``without`` it shows
    no more than of an empty booth.
    """
    main = main_industries(session, event)
    industries = sorted(set(main.values()), key=lambda industry: industry.position)
    numbers = {industry: number for number, industry in enumerate(industries, start=1)}

    def planned(booth: Booth) -> PlannedBooth:
        exhibitor = booth.exhibitor
        if exhibitor is None or exhibitor.id in without:
            return PlannedBooth(booth.number)
        return PlannedBooth(
            number=booth.number,
            exhibitor=exhibitor.organization.name,
            team=exhibitor.team.name if exhibitor.team else "",
            industry=numbers.get(main[exhibitor.id]) if exhibitor.id in main else None,
            rank=(ranks or {}).get(exhibitor.id),
            link=(links or {}).get(exhibitor.id, ""),
        )

    halls = [
        HallPlan(hall.name, tuple(planned(booth) for booth in hall.booths))
        for hall in halls_with_booths(session, event)
    ]
    return ExpoPlan(tuple(halls), tuple(industry.label(language) for industry in industries))


def booth_names(halls: Sequence[Hall]) -> dict[str, tuple[Hall, Booth]]:
    """What each numbered booth is called: its number, with the hall before it where several halls have that number."""
    written = Counter(_key(booth.number) for hall in halls for booth in hall.booths)
    return {
        booth.number if written[_key(booth.number)] == 1 else f"{hall.name} {booth.number}": (hall, booth)
        for hall in halls
        for booth in hall.booths
    }


def assign_booths(session: Session, actor: User | None, event: Event, wanted: Mapping[int, str]) -> list[Participant]:
    """Give exhibitors (by id) the booths that they are to have, by name as in :func:`booth_names`; an empty name takes
    the booth away. Booths can be exchanged at once. Returns who has another place now.

    Raises :class:`~matchmaker.domain.errors.ValidationErrors` with fields like ``booth-12`` for a booth that is
    not there, and for one that two would have.
    """
    check_organizer(actor)
    halls = halls_with_booths(session, event)
    known = {_key(name): place for name, place in booth_names(halls).items()}
    exhibitors = {p.id: p for p in participants_of(session, event, Side.OFFER) if p.id in wanted}
    problems: list[InvalidInput] = []
    places: dict[int, ParticipantLimits] = {}
    for exhibitor in exhibitors.values():
        name = wanted[exhibitor.id].strip()
        found = known.get(_key(name))
        if name and found is None:
            problems.append(
                InvalidInput(
                    N_("没有展位“%(booth)s”；空展位：%(free)s"),
                    field=f"booth-{exhibitor.id}",
                    booth=name[:20],
                    free=_some_free(halls) or "—",
                )
            )
        elif found is None:
            places[exhibitor.id] = _at(exhibitor, "", exhibitor.room_id)
        else:
            hall, booth = found
            places[exhibitor.id] = _at(exhibitor, booth.number, hall.room_id)
    raise_if_any(problems)
    return set_limits(session, actor, event, places)


def fill_empty_booths(session: Session, actor: User | None, event: Event) -> list[Participant]:
    """Give every exhibitor without a booth an empty one, those of one industry side by side; returns who got one.

    Raises :class:`Conflict` when there is no empty booth.
    """
    check_organizer(actor)
    halls = halls_with_booths(session, event)
    empty = [(hall, booth) for hall in halls for booth in hall.empty]
    if not empty:
        raise Conflict(N_("没有空展位：请在“资料”页为展馆填写展位数"))
    main = main_industries(session, event)

    def industry_first(exhibitor: Participant) -> tuple[bool, int, str]:
        industry = main.get(exhibitor.id)
        return industry is None, industry.position if industry is not None else 0, exhibitor.name

    waiting = [p for p in participants_of(session, event, Side.OFFER) if not p.booth]
    places = {
        exhibitor.id: _at(exhibitor, booth.number, hall.room_id)
        for exhibitor, (hall, booth) in zip(sorted(waiting, key=industry_first), empty, strict=False)
    }
    return set_limits(session, actor, event, places)


def _booths(room: Room, exhibitors: Sequence[Participant]) -> Iterator[Booth]:
    """The hall's own booths, each with who has it, then those beyond."""
    beyond = list(exhibitors)
    for number in _numbers(room, [exhibitor.booth for exhibitor in exhibitors]):
        exhibitor = next((one for one in beyond if _key(one.booth) == _key(number)), None)
        if exhibitor is not None:
            beyond.remove(exhibitor)
        yield Booth(number if exhibitor is None else exhibitor.booth, exhibitor)
    for exhibitor in beyond:
        yield Booth(exhibitor.booth, exhibitor)


def _numbers(room: Room, written: Sequence[str]) -> list[str]:
    """How the hall's booths are numbered: as most of those are that somebody has, else by the hall's letter."""
    found = [match for text in written if (match := _NUMBERED.match(text))]
    letters = Counter(match["letters"] for match in found)
    prefix = letters.most_common(1)[0][0] if letters else _letter(room.position)
    width = max((len(match["digits"]) for match in found if match["letters"] == prefix), default=2)
    return [f"{prefix}{number:0{width}}" for number in range(1, room.table_count + 1)]


def _letter(position: int) -> str:
    return chr(ord("A") + position) if position < 26 else f"{position + 1}-"


def _key(text: str) -> str:
    """Equal for A1, a01 and Ａ１."""
    return repr(counting_order("".join(text.split())))


def _at(exhibitor: Participant, booth: str, room_id: int | None) -> ParticipantLimits:
    return ParticipantLimits(exhibitor.min_meetings, exhibitor.max_meetings, booth, exhibitor.table, room_id)


def _some_free(halls: Sequence[Hall]) -> str:
    return "、".join([name for name, (_, booth) in booth_names(halls).items() if booth.exhibitor is None][:5])
