"""Change slips: what became different for whom since an earlier version of the plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict, NotFound
from matchmaker.domain.events.event import OCCUPYING, Event, Meeting, Participant, PlanVersion
from matchmaker.domain.events.pair import PairKey, pair_of
from matchmaker.domain.vocabulary import MeetingStatus, ParticipantStatus, Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.change_slips import Change, ChangeSlip, Place, change_slips_pdf, change_slips_xlsx
from matchmaker.services.events.participation.participants import everyone_of
from matchmaker.services.events.printing.job import Format, PrintJob, people_of
from matchmaker.services.events.printing.plan import is_placed, listed_meetings
from matchmaker.services.events.printing.schedules import meeting_as_seen, partners_topic

_Places = dict[PairKey, Place]


def change_slips_sheet(job: PrintJob, form: Format) -> bytes:
    """A slip for each participant whose meetings are not what they were, from the earlier version to the plan as it
    stands. Raises :class:`NotFound` for a version that never was, :class:`Conflict` while there is none to compare.
    """
    before = compared_version(job.session, job.event, job.options.against)
    slips = list(_compare(job, before).slips())
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


@dataclass(frozen=True)
class _Comparison:
    """Where each pair sat and sits, by pair; those without a place are in neither."""

    job: PrintJob
    participants: Mapping[int, Participant]
    meetings: Mapping[PairKey, Meeting]
    old: _Places
    new: _Places

    def slips(self) -> Iterator[ChangeSlip]:
        """A slip for each who comes and whose schedule changed, enterprises first."""
        changed = [pair for pair in dict.fromkeys((*self.old, *self.new)) if self.old.get(pair) != self.new.get(pair)]
        for participant in sorted(self.participants.values(), key=lambda one: (one.side is Side.OFFER, one.id)):
            own = [pair for pair in changed if participant.id in pair]
            if own and participant.status is ParticipantStatus.CONFIRMED:
                yield self._slip(participant, own)

    def _slip(self, participant: Participant, changed: Sequence[PairKey]) -> ChangeSlip:
        own = [meeting for pair, meeting in self.meetings.items() if participant.id in pair]
        return ChangeSlip(
            name=participant.name,
            people=people_of(self.job, participant),
            changes=tuple(self._change(participant, pair) for pair in changed),
            schedule=tuple(meeting_as_seen(self.job, participant, meeting) for meeting in own),
        )

    def _change(self, participant: Participant, pair: PairKey) -> Change:
        partner = self.participants.get(pair[1] if participant.id == pair[0] else pair[0])
        meeting = self.meetings.get(pair)
        return Change(
            partner="—" if partner is None else partner.name,
            topic="" if meeting is None else partners_topic(self.job, participant, meeting),
            before=self.old.get(pair),
            after=self.new.get(pair),
        )


def _compare(job: PrintJob, before: PlanVersion) -> _Comparison:
    meetings = {pair_of(m): m for m in listed_meetings(job.session, job.event) if is_placed(m)}
    return _Comparison(
        job=job,
        participants={one.id: one for one in everyone_of(job.session, job.event)},
        meetings=meetings,
        old=_places_then(job.event, before),
        new={pair: _place_now(job.event, meeting) for pair, meeting in meetings.items()},
    )


def _places_then(event: Event, version: PlanVersion) -> _Places:
    return {
        (need, offer): _place(event, datetime.fromisoformat(starts_at), table)
        for need, offer, starts_at, table, _, status in version.schedule
        if starts_at is not None and MeetingStatus.parse(status) in OCCUPYING
    }


def _place_now(event: Event, meeting: Meeting) -> Place:
    assert meeting.starts_at is not None
    return _place(event, meeting.starts_at, meeting.table)


def _place(event: Event, start: datetime, table: int | None) -> Place:
    return Place(start, start + event.slot_length, "" if table is None else str(table))
