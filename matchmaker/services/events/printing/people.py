"""What is handed out at the door: badges and the sign-in sheet."""

from matchmaker.domain.events.event import Participant
from matchmaker.domain.vocabulary import Side
from matchmaker.i18n import N_
from matchmaker.printing.sheets.badges import Badge, badges_pdf, badges_xlsx
from matchmaker.printing.sheets.sign_in import SignInEntry, sign_in_pdf, sign_in_xlsx
from matchmaker.services.events.onsite.check_in import badge_content
from matchmaker.services.events.printing.job import Format, PrintJob
from matchmaker.services.events.printing.plan import expected_participants

_ROLES = {Side.NEED: N_("企业代表"), Side.OFFER: N_("科研团队")}


def badges_sheet(job: PrintJob, form: Format) -> bytes:
    """A badge for each delegate, and one for each participant that has named nobody."""
    badges = [badge for p in expected_participants(job.session, job.event) for badge in _badges(job, p)]
    printed = badges_xlsx if form is Format.XLSX else badges_pdf
    return printed(job.header, badges, job.language)


def sign_in_sheet(job: PrintJob, form: Format) -> bytes:
    """All who are expected; the column for contacts is theirs to fill in."""
    entries = [entry for p in expected_participants(job.session, job.event) for entry in _entries(job, p)]
    printed = sign_in_xlsx if form is Format.XLSX else sign_in_pdf
    return printed(job.header, entries, job.language, job.columns)


def _badges(job: PrintJob, participant: Participant) -> list[Badge]:
    role = job.say(_ROLES[participant.side])
    if not participant.delegates:
        name = participant.team.name if participant.team else participant.organization.name
        organization = participant.organization.name if participant.team else ""
        return [Badge(name, organization, role, badge_content(job.base_url, participant.code), participant.code)]
    return [
        Badge(delegate.name, participant.name, role, badge_content(job.base_url, delegate.code), delegate.code)
        for delegate in participant.delegates
    ]


def _entries(job: PrintJob, participant: Participant) -> list[SignInEntry]:
    people = [(delegate.name, delegate.title) for delegate in participant.delegates] or [("", "")]
    return [
        SignInEntry(
            name=name,
            organization=participant.name,
            job_title=title,
            side=participant.side.label(job.language),
            booth_or_table=participant.booth or (str(participant.table) if participant.table else ""),
        )
        for name, title in people
    ]
