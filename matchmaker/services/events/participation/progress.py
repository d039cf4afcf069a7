"""Who has done what before an event, and reminding those who have not."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.domain.base import now
from matchmaker.domain.events.event import Event, Meeting, Participant
from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import (
    EventKind,
    MeetingStatus,
    ParticipantStatus,
    RequestStatus,
    Side,
    Term,
)
from matchmaker.i18n import N_, translate
from matchmaker.services.activity import log
from matchmaker.services.events.editing import check_organizer
from matchmaker.services.events.participation.availability import slot_key
from matchmaker.services.events.participation.participants import open_posting_ids
from matchmaker.services.events.participation.recipients import AddressOf, recipients_of
from matchmaker.services.events.plan.occupancy import lock_event
from matchmaker.services.events.timing import local_time, wishes_are_open
from matchmaker.services.mailing.letters import Letter, letter, send
from matchmaker.services.transfer.spreadsheets import write_xlsx

REMINDER_PAUSE = timedelta(minutes=10)
"""Who was reminded so shortly ago is not reminded again: a page sent twice writes once."""


class Task(Term):
    """Something that is still to be done for a participant."""

    ANSWER = "answer", "邀请未答复", "Invitation not answered"
    DECISION = "decision", "报名待审核", "Application to decide"
    POSTINGS = "postings", "无有效信息", "Nothing posted"
    DELEGATES = "delegates", "未报代表", "No delegates"
    AVAILABILITY = "availability", "未填时间", "Times not said"
    WISHES = "wishes", "未约见", "No requests made"
    REQUESTS = "requests", "约见待答复", "Requests to answer"
    REPLAN = "replan", "需重排", "To be re-planned"
    CHECK_IN = "check_in", "未签到", "Not checked in"


ASKED_OF_PARTICIPANTS: Mapping[Task, str] = {
    Task.ANSWER: N_("请答复邀请：是否参加"),
    Task.POSTINGS: N_("请发布需求或成果，或延长有效期：没有有效的信息就无从匹配"),
    Task.DELEGATES: N_("请填写参会代表"),
    Task.AVAILABILITY: N_("请选择能来的时段和希望洽谈的场数"),
    Task.WISHES: N_("请约见想见的对象"),
    Task.REQUESTS: N_("请答复收到的约见请求"),
}
"""The tasks that participants do themselves, in the words of a reminder."""


class SortOrder(Term):
    """What a list of participants is sorted by."""

    TASKS = "steps", "未办最多", "Most to do"
    NAME = "name", "名称", "Name"
    STATUS = "status", "状态", "Status"
    REMINDED = "reminded", "提醒时间", "Last reminded"


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """A participant's meeting requests: made, received and answered, received and still waiting."""

    made: int = 0
    answered: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one participant is. ``open_tasks`` are still to be done, in their order."""

    participant: Participant
    postings: int
    requests: RequestCounts
    open_tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class ProgressFilter:
    """Which participants a list shows: by side, by status, by what they still have to do, by a part of the name."""

    side: Side | None = None
    status: ParticipantStatus | None = None
    task: Task | None = None
    text: str = ""
    order: SortOrder = SortOrder.TASKS


@dataclass(frozen=True)
class Dashboard:
    """All participants of an event with what they have done; the counts are of all, whatever is filtered."""

    event: Event
    rows: Sequence[Progress]

    @property
    def statuses(self) -> Mapping[ParticipantStatus, int]:
        """How many there are of each status, in its order."""
        counted = Counter(row.participant.status for row in self.rows)
        return {status: counted[status] for status in ParticipantStatus if counted[status]}

    @property
    def tasks(self) -> Mapping[Task, int]:
        """How many participants still have to do each task, in order."""
        counted = Counter(task for row in self.rows for task in row.open_tasks)
        return {task: counted[task] for task in Task if counted[task]}

    @property
    def checked_in(self) -> int:
        """How many have arrived."""
        return sum(row.participant.checked_in_at is not None for row in self.rows)

    def shown(self, wanted: ProgressFilter) -> list[Progress]:
        """The rows that the filter lets through, sorted."""
        text = wanted.text.strip().casefold()
        rows = [
            row
            for row in self.rows
            if wanted.side in (None, row.participant.side)
            and wanted.status in (None, row.participant.status)
            and (wanted.task is None or wanted.task in row.open_tasks)
            and text in row.participant.name.casefold()
        ]
        return sorted(rows, key=lambda row: _sort_key(row, wanted.order))


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many participants were written to, who was left out because nothing is open or the last reminder is only
    minutes old, and for whom there is no address.
    """

    written: int
    spared: int
    unreached: tuple[Participant, ...]


def dashboard(session: Session, event: Event, at: datetime | None = None) -> Dashboard:
    """Who has done what, at that instant."""
    at = at or now()
    participants = session.scalars(
        select(Participant)
        .where(Participant.event_id == event.id)
        .options(
            selectinload(Participant.organization), selectinload(Participant.team), selectinload(Participant.delegates)
        )
        .order_by(Participant.id)
    ).all()
    postings = open_posting_ids(session, participants)
    requests = _request_counts(session, event, at)
    conflicting = _with_conflicts(session, event, participants)
    rows = []
    for participant in participants:
        tasks = _open_tasks(
            event,
            participant,
            posted=bool(postings[participant.id]),
            requests=requests.get(participant.id, RequestCounts()),
            conflicting=participant.id in conflicting,
            at=at,
        )
        rows.append(
            Progress(
                participant=participant,
                postings=len(postings[participant.id]),
                requests=requests.get(participant.id, RequestCounts()),
                open_tasks=tasks,
            )
        )
    return Dashboard(event, rows)


def remind(
    session: Session,
    actor: User | None,
    event: Event,
    ids: Collection[int],
    address_of: AddressOf,
    at: datetime | None = None,
) -> Reminded:
    """Write to the people of the chosen participants what they still have to do."""
    check_organizer(actor)
    lock_event(session, event)
    at = at or now()
    letters: list[Letter] = []
    written = spared = 0
    unreached = []
    for row in dashboard(session, event, at).rows:
        participant = row.participant
        if participant.id not in ids:
            continue
        asked = [task for task in row.open_tasks if task in ASKED_OF_PARTICIPANTS]
        if not asked or (participant.reminded_at is not None and at - participant.reminded_at < REMINDER_PAUSE):
            spared += 1
            continue
        readers = recipients_of(session, participant)
        if not readers:
            unreached.append(participant)
            continue
        participant.reminded_at = at
        written += 1
        letters += [
            letter(
                reader,
                N_("“%(event)s”：还有几件事请您办"),
                N_(
                    "%(reader)s，您好：\n\n“%(event)s”将于 %(time)s 举行。“%(who)s”还有以下事项：\n\n%(todo)s\n\n"
                    "请在这里办理：\n%(address)s"
                ),
                event=event.name,
                time="—" if event.starts_at is None else f"{event.starts_at:%Y-%m-%d %H:%M}",
                who=participant.name,
                todo="\n".join(f"· {translate(ASKED_OF_PARTICIPANTS[task], reader.language)}" for task in asked),
                address=address_of(participant),
            )
            for reader in readers
        ]
    log(session, actor, "event", event.id, "reminded", str(written))
    send(session, letters)
    session.commit()
    return Reminded(written, spared, tuple(unreached))


def progress_table(rows: Sequence[Progress], language: str = "zh") -> bytes:
    """The list as an XLSX workbook."""
    headings = (
        N_("参会方"),
        N_("供需"),
        N_("状态"),
        N_("有效信息"),
        N_("代表"),
        N_("主谈"),
        N_("时间"),
        N_("至少场数"),
        N_("最多场数"),
        N_("约见"),
        N_("已答复"),
        N_("待答复"),
        N_("签到"),
        N_("未办事项"),
        N_("提醒时间"),
        N_("备注"),
    )
    table: list[Sequence[object]] = [[translate(heading, language) for heading in headings]]
    table += [_cells(row, language) for row in rows]
    return write_xlsx(table, translate(N_("报名进度"), language))


def _cells(row: Progress, language: str) -> list[object]:
    participant, event = row.participant, row.participant.event
    leads = next((delegate for delegate in participant.delegates if delegate.is_lead), None)
    free = sum(slot_key(slot) not in participant.unavailable for slot in event.slots)
    times = f"{free}/{len(event.slots)}" if participant.availability_at is not None else ""
    return [
        participant.name,
        participant.side.label(language),
        participant.status.label(language),
        row.postings,
        "、".join(delegate.name for delegate in participant.delegates),
        "" if leads is None else " ".join(part for part in (leads.name, leads.title, leads.phone) if part),
        times,
        participant.min_meetings,
        participant.max_meetings,
        row.requests.made,
        row.requests.answered,
        row.requests.waiting,
        _local(event, participant.checked_in_at),
        "、".join(task.label(language) for task in row.open_tasks),
        _local(event, participant.reminded_at),
        participant.note,
    ]


def _local(event: Event, instant: datetime | None) -> str:
    return "" if instant is None else f"{local_time(event, instant):%Y-%m-%d %H:%M}"


def _sort_key(row: Progress, order: SortOrder) -> tuple[object, ...]:
    participant = row.participant
    match order:
        case SortOrder.TASKS:
            return (-len(row.open_tasks), participant.name)
        case SortOrder.NAME:
            return (participant.name,)
        case SortOrder.STATUS:
            return (list(ParticipantStatus).index(participant.status), participant.name)
        case SortOrder.REMINDED:
            return (participant.reminded_at is not None, participant.reminded_at or 0, participant.name)


def _open_tasks(
    event: Event,
    participant: Participant,
    *,
    posted: bool,
    requests: RequestCounts,
    conflicting: bool,
    at: datetime,
) -> tuple[Task, ...]:
    status = participant.status
    coming = status is ParticipantStatus.CONFIRMED
    waiting = status in (ParticipantStatus.APPLIED, ParticipantStatus.CONFIRMED)
    timed = coming and event.kind is EventKind.DOCKING
    asking = timed and wishes_are_open(event, at)
    on_the_day = event.starts_at is not None and local_time(event, at).date() >= event.starts_at.date()
    still_open = {
        Task.ANSWER: status is ParticipantStatus.INVITED,
        Task.DECISION: status is ParticipantStatus.APPLIED,
        Task.POSTINGS: waiting and not posted,
        Task.DELEGATES: waiting and not participant.delegates,
        Task.AVAILABILITY: asking and participant.availability_at is None,
        Task.WISHES: asking and not requests.made,
        Task.REQUESTS: coming and requests.waiting > 0,
        Task.REPLAN: conflicting,
        Task.CHECK_IN: coming and on_the_day and participant.checked_in_at is None,
    }
    return tuple(task for task in Task if still_open[task])


def _request_counts(session: Session, event: Event, at: datetime) -> Mapping[int, RequestCounts]:
    made: Counter[int] = Counter()
    answered: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for request in session.scalars(select(MeetingRequest).where(MeetingRequest.event_id == event.id)):
        asking, asked = request.need_side_id, request.offer_side_id
        if request.side is Side.OFFER:
            asking, asked = asked, asking
        if request.status is not RequestStatus.WITHDRAWN:
            made[asking] += 1
        if request.status in (RequestStatus.ACCEPTED, RequestStatus.DECLINED):
            answered[asked] += 1
        if request.waits(at):
            waiting[asked] += 1
    return {
        participant_id: RequestCounts(made[participant_id], answered[participant_id], waiting[participant_id])
        for participant_id in {*made, *answered, *waiting}
    }


def _with_conflicts(session: Session, event: Event, participants: Sequence[Participant]) -> set[int]:
    """Participants with a planned meeting in a slot in which they cannot come."""
    unavailable = {participant.id: set(participant.unavailable) for participant in participants}
    planned = session.execute(
        select(Meeting.need_side_id, Meeting.offer_side_id, Meeting.starts_at).where(
            Meeting.event_id == event.id, Meeting.status == MeetingStatus.PLANNED, Meeting.starts_at.is_not(None)
        )
    )
    return {
        participant_id
        for *pair, starts_at in planned
        for participant_id in pair
        if starts_at is not None and slot_key(starts_at) in unavailable[participant_id]
    }
