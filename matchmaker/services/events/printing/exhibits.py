"""The expo on paper: booth guides, invitations, the catalogue."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.events.event import Participant
from matchmaker.domain.postings.visibility import VisiblePosting
from matchmaker.i18n import N_
from matchmaker.printing.sheets.booth_guide import BoothGuide, BoothVisit, booth_guides_pdf, booth_guides_xlsx
from matchmaker.printing.sheets.catalogue import CatalogueSection, Exhibit, catalogue_pdf, catalogue_xlsx
from matchmaker.printing.sheets.hall_plan import ExpoPlan, hall_plan_pdf, hall_plan_xlsx
from matchmaker.printing.sheets.visitors import (
    InvitationList,
    LikelyVisitor,
    invitation_lists_pdf,
    invitation_lists_xlsx,
)
from matchmaker.services.events.expo import booth_recommendations
from matchmaker.services.events.expo.halls import expo_plan
from matchmaker.services.events.printing.job import Format, PrintJob, PrintOptions, start_job
from matchmaker.services.events.requests.rules import hidden_from
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.visibility import printed_reason, printed_title

SUMMARY_LENGTH = 120
"""Characters of an exhibit's description in the catalogue."""


def own_booth_guide(session: Session, search_index: SearchIndex, visitor: Participant, options: PrintOptions) -> bytes:
    """The booths worth a visit for one visitor who comes. Raises :class:`Conflict` while there are no booths."""
    job = start_job(session, visitor.event, options, search_index=search_index)
    search_index.refresh_async()
    suggested = booth_recommendations.ExpoVisits(session, search_index, job.event, visitor).booth_guides()
    guides = [replace(_booth_guide(job, one), plan=_own_plan(job, one)) for one in suggested]
    return booth_guides_pdf(job.header, guides, job.language, booth_recommendations.halls_of(job.event))


def booth_guide_sheet(job: PrintJob, form: Format) -> bytes:
    """For each visiting firm the booths worth a visit. Raises :class:`Conflict` while there are no booths."""
    guides = [_booth_guide(job, one) for one in _visits(job).booth_guides()]
    printed = booth_guides_xlsx if form is Format.XLSX else booth_guides_pdf
    return printed(job.header, guides, job.language, booth_recommendations.halls_of(job.event))


def visitors_sheet(job: PrintJob, form: Format) -> bytes:
    """For each exhibitor whom to invite, from booth to booth. Raises :class:`Conflict` while there are no booths."""
    suggestions = sorted(
        _visits(job).visitors_to_invite(), key=lambda visit: booth_recommendations.booth_order(visit.participant)
    )
    lists = [
        InvitationList(
            exhibitor=one.participant.name,
            hall=_hall(one.participant),
            booth=one.participant.booth,
            visitors=tuple(_likely_visitor(job, visit) for visit in one.visits),
        )
        for one in suggestions
    ]
    printed = invitation_lists_xlsx if form is Format.XLSX else invitation_lists_pdf
    return printed(job.header, lists, job.language)


def catalogue_sheet(job: PrintJob, form: Format) -> bytes:
    """All exhibits by industry, as everybody may read them: the catalogue is given to whoever comes."""
    sections = [
        CatalogueSection(
            section.industry.label(job.language) if section.industry else job.say(N_("其他")),
            tuple(_exhibit(job, exhibit) for exhibit in section.exhibits),
        )
        for section in booth_recommendations.exhibits_by_industry(job.session, job.event, None, date.today())
    ]
    if form is Format.XLSX:
        return catalogue_xlsx(job.header, sections, job.language)
    plan = expo_plan(job.session, job.event, job.language)
    return catalogue_pdf(job.header, sections, job.language, plan if plan.halls else None)


def hall_plan_sheet(job: PrintJob, form: Format) -> bytes:
    """The booths of all halls, also the empty ones. Raises :class:`Conflict` while there are no booths."""
    booth_recommendations.check_booths(job.session, job.event)
    printed = hall_plan_xlsx if form is Format.XLSX else hall_plan_pdf
    return printed(job.header, expo_plan(job.session, job.event, job.language), job.language)


def _visits(job: PrintJob) -> booth_recommendations.ExpoVisits:
    if job.search_index is None:
        raise InvalidInput(N_("这种打印件需要匹配引擎"))
    job.search_index.refresh()
    return booth_recommendations.ExpoVisits(job.session, job.search_index, job.event)


def _booth_guide(job: PrintJob, suggestions: booth_recommendations.Suggestions) -> BoothGuide:
    return BoothGuide(suggestions.participant.name, tuple(_booth_visit(job, visit) for visit in suggestions.visits))


def _own_plan(job: PrintJob, suggestions: booth_recommendations.Suggestions) -> ExpoPlan:
    """The halls with the visitor's booths marked, without those whom it is never shown."""
    ranks = {visit.exhibitor.id: rank for rank, visit in enumerate(suggestions.visits, start=1)}
    hidden = hidden_from(job.session, job.event, suggestions.participant)
    return expo_plan(job.session, job.event, job.language, ranks=ranks, without=hidden)


def _booth_visit(job: PrintJob, visit: booth_recommendations.Visit) -> BoothVisit:
    return BoothVisit(
        booth=visit.exhibitor.booth or job.say(N_("待定")),
        hall=_hall(visit.exhibitor),
        exhibitor=visit.exhibitor.name,
        exhibits=printed_title(visit.offer, job.language),
        why=printed_reason(visit.reason, visit.need, visit.offer, job.language),
        score=round(visit.score),
    )


def _likely_visitor(job: PrintJob, visit: booth_recommendations.Visit) -> LikelyVisitor:
    return LikelyVisitor(
        enterprise=visit.visitor.name,
        need=printed_title(visit.need, job.language),
        why=printed_reason(visit.reason, visit.need, visit.offer, job.language),
        score=round(visit.score),
    )


def _exhibit(job: PrintJob, exhibit: booth_recommendations.Exhibit) -> Exhibit:
    offer = exhibit.offer
    return Exhibit(
        title=offer.title,
        kind=offer.kind.label(job.language),
        exhibitor=exhibit.exhibitor.name,
        hall=_hall(exhibit.exhibitor),
        booth=exhibit.exhibitor.booth,
        summary=clipped(VisiblePosting(offer, exhibit.detail).value("summary") or ""),
    )


def clipped(text: str, length: int = SUMMARY_LENGTH) -> str:
    """The text on one line, cut at the end of a sentence if one ends in time, else with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head = line[:length]
    end = max(head.rfind(mark) for mark in "。！？；")
    return head[: end + 1] if end > length // 3 else f"{head.rstrip()}…"


def _hall(participant: Participant) -> str:
    return participant.room.name if participant.room is not None else ""
