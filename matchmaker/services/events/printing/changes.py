"""Change slips: what became different for whom since an earlier version of the plan."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import Event, Meeting, Participant, PlanVersion, ScheduleRow
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import ParticipantStatus
from matchmaker.i18n import N_
from matchmaker.printing.sheets.change_slips import Change, ChangeSlip, Place, change_slips_pdf, change_slips_xlsx
from matchmaker.services.events.participation.participants import everyone_of
from matchmaker.services.events.plan.changes import MeetingChange, as_occupying, rows_difference
from matchmaker.services.events.plan.placements import Placement
from matchmaker.services.events.printing.job import Format, PrintJob, people_of
from matchmaker.services.events.printing.plan import is_placed, listed_meetings
from matchmaker.services.events.printing.schedules import meeting_as_seen, partners_topic


def change_slips_sheet(job: PrintJob, form: Format) -> bytes:
    """A slip for each participant whose meetings are not what they were, from the earlier version to the plan as it
    stands. Raises :class:`NotFound` for a version that never was, :class:`Conflict` while there is none to compare.
    """
    before = compared_version(job.session, job.event, job.options.against)
    slips = list(_slips(job, before))
    printed = change_slips_xlsx if form is Format.XLSX else change_slips_pdf
    return printed(job.header, slips, before.version, job.language)


def compared_version(session: Session, event: Event, wanted: int | None = None) -> PlanVersion:
    """The version that was asked for; else the one last published before the present one, or simply the last."""
    earlier = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.event_id == event.id, PlanVersion.version < event.plan_version)
        .order_by(PlanVersion.version.desc())
    ).all()
    if wanted is not None:
        found = next((version for version in earlier if version.version == wanted), None)
        if found is None:
            raise NotFound(N_("没有更早的第 %(version)d 版方案可以比较"), version=wanted)
        return found
    if not earlier:
        raise Conflict(N_("“%(name)s”的方案只有一版，没有变更可以通知"), name=event.name)
    return next((version for version in earlier if version.published_at is not None), earlier[0])


def _slips(job: PrintJob, before: PlanVersion) -> Iterator[ChangeSlip]:
    """A slip for each participant who comes and whose schedule changed, enterprises first."""
    participants = {participant.id: participant for participant in everyone_of(job.session, job.event)}
    meetings = {pair_of(m): m for m in listed_meetings(job.session, job.event) if is_placed(m)}
    present = [ScheduleRow.of(meeting) for meeting in meetings.values()]
    changes = rows_difference(before.schedule, present, as_occupying).by_participant()
    for participant in sorted(participants.values(), key=lambda participant: (participant.side, participant.id)):
        if participant.id in changes and participant.status is ParticipantStatus.CONFIRMED:
            own = [meeting for pair, meeting in meetings.items() if participant.id in pair]
            yield ChangeSlip(
                name=participant.name,
                people=people_of(job, participant),
                changes=tuple(
                    _change(job, participant, change, participants, meetings) for change in changes[participant.id]
                ),
                schedule=tuple(meeting_as_seen(job, participant, meeting) for meeting in own),
            )


def _change(
    job: PrintJob,
    participant: Participant,
    change: MeetingChange,
    participants: Mapping[int, Participant],
    meetings: Mapping[PairKey, Meeting],
) -> Change:
    partner = participants.get(change.partner_of(participant.id))
    meeting = meetings.get(change.pair)
    return Change(
        partner="—" if partner is None else partner.name,
        topic="" if meeting is None else partners_topic(job, participant, meeting),
        before=_printed(job.event, change.before),
        after=_printed(job.event, change.after),
    )


def _printed(event: Event, row: ScheduleRow | None) -> Place | None:
    placement = Placement.of(row)
    if placement is None:
        return None
    start, table = placement.starts_at, placement.table
    return Place(start, start + event.slot_length, "" if table is None else str(table))
