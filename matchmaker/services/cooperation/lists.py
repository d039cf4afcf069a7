"""Lists of cooperations: of an organization, of meetings and interests, and of all with totals and as a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from matchmaker.domain.cooperation import CLOSED, Cooperation, Stage, TechnologyContract
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.interest import Interest
from matchmaker.domain.people import Organization, User
from matchmaker.i18n import N_, translate
from matchmaker.services.cooperation.access import own_of, seen_by
from matchmaker.services.paging import count_pages, within_pages
from matchmaker.services.transfer.exporting import check_ending
from matchmaker.services.transfer.spreadsheets import write_csv, write_xlsx

ON_A_PAGE = 50

_HEADINGS = (
    N_("编号"),
    N_("合作内容"),
    N_("需求方"),
    N_("所在县（市、区）"),
    N_("供给方"),
    N_("阶段"),
    N_("来自活动"),
    N_("开始日期"),
    N_("最近变动"),
    N_("终止原因"),
    N_("合同数"),
    N_("合同类别"),
    N_("签订日期"),
    N_("合同成交额（万元）"),
    N_("技术交易额（万元）"),
    N_("认定登记号"),
)


@dataclass(frozen=True, slots=True)
class CooperationFilters:
    """What the organizers' list is narrowed to; ``None`` leaves it open. ``district`` is the need side's, by code."""

    stage: Stage | None = None
    event_id: int | None = None
    district: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is narrowed."""
        return any(part is not None for part in (self.stage, self.event_id, self.district))


@dataclass(frozen=True, slots=True)
class CooperationTotals:
    """How many there are and what was signed; values in 万元."""

    cooperations: int
    contracts: int
    contract_value: Decimal
    technology_value: Decimal


@dataclass(frozen=True, slots=True)
class CooperationPage:
    """One page of the organizers' list; ``number`` counts from 1, ``total`` all of all pages."""

    lines: Sequence[Cooperation]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return count_pages(self.total, ON_A_PAGE)


def own_cooperations(session: Session, person: User) -> Sequence[Cooperation]:
    """The cooperations of the person's organization: open ones first, the last changed first."""
    mine = select(Cooperation).where(own_of(person)).options(*_named())
    return session.scalars(mine.order_by(Cooperation.stage.in_(CLOSED), *_LATEST_FIRST)).all()


def cooperations_about(
    session: Session, person: User, things: Iterable[Meeting] | Iterable[Interest]
) -> Mapping[int, Cooperation]:
    """For meetings, or for interests, by id, the cooperation that came of each: the open one, or else the last. Only
    those that the person may see.
    """
    wanted: list[Meeting | Interest] = [*things]
    meeting_ids = [thing.id for thing in wanted if isinstance(thing, Meeting)]
    need_ids = {thing.need_id for thing in wanted if thing.need_id is not None}
    rows = session.scalars(
        select(Cooperation)
        .where(seen_by(person), or_(Cooperation.meeting_id.in_(meeting_ids), Cooperation.need_id.in_(need_ids)))
        .order_by(Cooperation.stage.not_in(CLOSED), Cooperation.id)
    ).all()
    # Later rows win.
    of_meeting = {row.meeting_id: row for row in rows}
    of_pair = {(row.need_id, row.offer_id): row for row in rows if None not in (row.need_id, row.offer_id)}
    found: dict[int, Cooperation] = {}
    for thing in wanted:
        of_thing = of_meeting.get(thing.id) if isinstance(thing, Meeting) else None
        of_thing = of_thing or of_pair.get((thing.need_id, thing.offer_id))
        if of_thing is not None:
            found[thing.id] = of_thing
    return found


def all_cooperations(session: Session, filters: CooperationFilters, number: int = 1) -> CooperationPage:
    """A page of the organizers' list, the last changed first; a number past the end gives the last page."""
    total = session.scalar(select(func.count(Cooperation.id)).where(*_conditions(filters))) or 0
    number = within_pages(number, total, ON_A_PAGE)
    rows = select(Cooperation).where(*_conditions(filters)).options(*_named()).order_by(*_LATEST_FIRST)
    return CooperationPage(session.scalars(rows.offset((number - 1) * ON_A_PAGE).limit(ON_A_PAGE)).all(), number, total)


def count_stages(session: Session, filters: CooperationFilters) -> Mapping[Stage, int]:
    """How many stand at each stage, whatever stage the list is narrowed to."""
    elsewhere = CooperationFilters(event_id=filters.event_id, district=filters.district)
    counts = select(Cooperation.stage, func.count().label("number")).where(*_conditions(elsewhere))
    counted = {row.stage: row.number for row in session.execute(counts.group_by(Cooperation.stage))}
    return {stage: counted.get(stage, 0) for stage in Stage}


def total_cooperations(session: Session, filters: CooperationFilters) -> CooperationTotals:
    """The totals of the list. Amounts are added up exactly, so not by the database."""
    number = session.scalar(select(func.count(Cooperation.id)).where(*_conditions(filters))) or 0
    signed = session.execute(
        select(TechnologyContract.contract_value, TechnologyContract.technology_value)
        .join(TechnologyContract.cooperation)
        .where(*_conditions(filters))
    ).all()
    return CooperationTotals(
        number,
        len(signed),
        sum((row.contract_value for row in signed), Decimal(0)),
        sum((row.technology_value for row in signed), Decimal(0)),
    )


def events_with_cooperations(session: Session) -> Sequence[Event]:
    """The events that cooperations came from, the latest first."""
    ids = select(Cooperation.event_id).where(Cooperation.event_id.is_not(None))
    return session.scalars(select(Event).where(Event.id.in_(ids)).order_by(Event.id.desc())).all()


def cooperations_file(session: Session, filters: CooperationFilters, ending: str, language: str = "zh") -> bytes:
    """The organizers' list as a CSV or XLSX file, one line for each cooperation.

    Raises :class:`InvalidInput` for another ending.
    """
    rows = session.scalars(
        select(Cooperation)
        .where(*_conditions(filters))
        .options(*_named(), selectinload(Cooperation.changes))
        .order_by(Cooperation.id)
    )
    table: list[list[object]] = [[translate(heading, language) for heading in _HEADINGS]]
    table.extend(_row(cooperation, language) for cooperation in rows)
    if check_ending(ending) == "csv":
        return write_csv(table)
    return write_xlsx(table, translate(N_("合作项目"), language))


_LATEST_FIRST = (Cooperation.changed_at.desc(), Cooperation.id.desc())


def _conditions(filters: CooperationFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.stage is not None:
        conditions.append(Cooperation.stage == filters.stage)
    if filters.event_id is not None:
        conditions.append(Cooperation.event_id == filters.event_id)
    if filters.district is not None:
        there = select(Organization.id).where(Organization.district_code == filters.district)
        conditions.append(Cooperation.need_organization_id.in_(there))
    return conditions


def _named() -> tuple[ORMOption, ...]:
    """All that a line of a list names."""
    return (
        joinedload(Cooperation.need_organization).joinedload(Organization.district),
        joinedload(Cooperation.offer_organization),
        joinedload(Cooperation.event),
        selectinload(Cooperation.contracts),
    )


def _row(cooperation: Cooperation, language: str) -> list[object]:
    district, contracts = cooperation.need_organization.district, cooperation.contracts
    return [
        cooperation.id,
        cooperation.title,
        cooperation.need_organization.name,
        district.label(language) if district else "",
        cooperation.offer_organization.name,
        cooperation.stage.label(language),
        cooperation.event.name if cooperation.event else "",
        cooperation.begun_at.astimezone().date(),
        cooperation.changed_at.astimezone().date(),
        cooperation.reason_of_failure,
        len(contracts),
        "；".join(dict.fromkeys(contract.kind.label(language) for contract in contracts)),
        "；".join(contract.signed_on.isoformat() for contract in contracts),
        cooperation.contract_value if contracts else "",
        cooperation.technology_value if contracts else "",
        "；".join(contract.registration_number or "—" for contract in contracts),
    ]
