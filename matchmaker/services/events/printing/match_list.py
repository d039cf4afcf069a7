"""An event's match list on paper and as a workbook."""

from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.match_list import (
    Grouping,
    MatchLine,
    MatchList,
    Unmatched,
    match_list_pdf,
    match_list_xlsx,
)
from matchmaker.services.events.printing.job import Format, PrintJob, slot_text
from matchmaker.services.events.printing.plan import listed_meetings, place_text
from matchmaker.services.events.scheduling.match_list_state import match_list_state
from matchmaker.services.visibility import printed_reason, printed_title

GROUPED_NAMES = {
    Grouping.WHOLE: N_("匹配总表"),
    Grouping.ENTERPRISE: N_("企业推荐单"),
    Grouping.TEAM: N_("团队推荐单"),
}
"""What the list is called in each grouping."""

_OWN_TITLES = {Grouping.WHOLE: None, Grouping.ENTERPRISE: Side.NEED, Grouping.TEAM: Side.OFFER}
"""Whose titles a sheet of the grouping shows to nobody but themselves."""


def match_list_sheet(job: PrintJob, form: Format) -> bytes:
    """The match list; a workbook holds all groupings. Raises :class:`Conflict` before the first build."""
    if form is Format.XLSX:
        return match_list_xlsx(_match_list(job, None), job.language, job.columns)
    grouping = job.options.grouping
    return match_list_pdf(_match_list(job, _OWN_TITLES[grouping]), grouping, job.language, job.columns)


def check_built(session: Session, event: Event) -> None:
    """Raise :class:`Conflict` before the first build."""
    if event.plan_version == 0:
        raise Conflict(N_("“%(name)s”还没有匹配表，请先生成"), name=event.name)


def _match_list(job: PrintJob, own: Side | None) -> MatchList:
    event = job.event
    check_built(job.session, event)
    return MatchList(
        event=job.header,
        lines=tuple(_line(job, meeting, own) for meeting in listed_meetings(job.session, event)),
        unmatched=tuple(
            Unmatched(
                left.participant.name,
                "need" if left.participant.side is Side.NEED else "offer",
                left.reason(job.language),
            )
            for left in match_list_state(job.session, event).unserved
            if left.met == 0
        ),
    )


def _line(job: PrintJob, meeting: Meeting, own: Side | None) -> MatchLine:
    offer_side = meeting.offer_side
    return MatchLine(
        enterprise=meeting.need_side.name,
        need_title=printed_title(meeting.need, job.language, own=own is Side.NEED),
        provider=offer_side.organization.name,
        team=offer_side.team.name if offer_side.team else "",
        offer_title=printed_title(meeting.offer, job.language, own=own is Side.OFFER),
        score=round(meeting.score),
        reason=printed_reason(meeting.reason, meeting.need, meeting.offer, job.language),
        slot=slot_text(job.event, meeting.starts_at),
        table=place_text(meeting),
        pinned=meeting.pinned,
    )
