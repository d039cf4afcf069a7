"""The meetings after which somebody wants to go on, for organizers to follow up."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import STAGE_AFTER
from matchmaker.domain.events.event import Event, Meeting
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import NextStep
from matchmaker.i18n import N_, translate
from matchmaker.services.events.onsite.ratings import scheduled_meetings
from matchmaker.services.transfer.exporting import check_ending
from matchmaker.services.transfer.spreadsheets import write_csv, write_xlsx

FOLLOWED_UP_STEPS = tuple(STAGE_AFTER)
"""Next steps that organizers follow up, the most promising first."""

_HEADINGS = (
    N_("意向"),
    N_("双方都有意"),
    N_("企业"),
    N_("技术需求"),
    N_("企业联系方式"),
    N_("企业评分"),
    N_("企业下一步"),
    N_("供给方"),
    N_("成果或能力"),
    N_("供给方联系方式"),
    N_("供给方评分"),
    N_("供给方下一步"),
    N_("洽谈时间"),
    N_("桌号"),
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A meeting after which a side or both want to go on. ``step`` is the furthest next step that either named."""

    meeting: Meeting
    step: NextStep

    @property
    def mutual(self) -> bool:
        """Whether both sides want to go on."""
        return {self.meeting.need_next_step, self.meeting.offer_next_step} <= set(FOLLOWED_UP_STEPS)


def follow_ups(session: Session, event: Event) -> list[FollowUp]:
    """The meetings to follow up: by the furthest next step, and within it those first that both sides want."""
    found = [
        FollowUp(meeting, min(steps, key=FOLLOWED_UP_STEPS.index))
        for meeting in scheduled_meetings(session, event)
        if (steps := [step for step in (meeting.need_next_step, meeting.offer_next_step) if step in FOLLOWED_UP_STEPS])
    ]
    return sorted(
        found,
        key=lambda follow_up: (FOLLOWED_UP_STEPS.index(follow_up.step), not follow_up.mutual, follow_up.meeting.id),
    )


def follow_ups_file(session: Session, event: Event, ending: str, language: str = "zh") -> bytes:
    """The follow-ups as a CSV or XLSX file, with the contacts of both sides: for organizers only.

    Raises :class:`InvalidInput` for another ending.
    """
    rows: list[list[object]] = [[translate(heading, language) for heading in _HEADINGS]]
    rows.extend(_row(follow_up, language) for follow_up in follow_ups(session, event))
    if check_ending(ending) == "csv":
        return write_csv(rows)
    return write_xlsx(rows, translate(N_("跟进清单"), language))


def _row(follow_up: FollowUp, language: str) -> list[object]:
    meeting = follow_up.meeting
    return [
        follow_up.step.label(language),
        translate(N_("是"), language) if follow_up.mutual else "",
        meeting.need_side.name,
        meeting.need.title if meeting.need else "",
        _contact(meeting.need),
        meeting.need_rating or "",
        meeting.need_next_step.label(language) if meeting.need_next_step else "",
        meeting.offer_side.name,
        meeting.offer.title if meeting.offer else "",
        _contact(meeting.offer),
        meeting.offer_rating or "",
        meeting.offer_next_step.label(language) if meeting.offer_next_step else "",
        f"{meeting.starts_at:%Y-%m-%d %H:%M}",
        meeting.table or "",
    ]


def _contact(posting: Posting | None) -> str:
    if posting is None:
        return ""
    return " ".join(part for part in (posting.contact_name, posting.contact_phone, posting.contact_email) if part)
