"""Invitation lists (邀约名单): the enterprises that an exhibitor should invite to its booth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matchmaker.printing.event_header import EventHeader
from matchmaker.printing.typesetting import typeset
from matchmaker.printing.wording import Language, wording
from matchmaker.printing.workbook import Cell, Column, Workbook


@dataclass(frozen=True, slots=True)
class LikelyVisitor:
    """An enterprise to invite: what it needs and why it should come. `score` is 0–100."""

    enterprise: str
    need: str
    why: str
    score: int


@dataclass(frozen=True, slots=True)
class InvitationList:
    """The enterprises that an exhibitor should invite, in any order."""

    exhibitor: str
    visitors: tuple[LikelyVisitor, ...]
    hall: str = ""
    booth: str = ""

    @property
    def best_first(self) -> list[LikelyVisitor]:
        """The visitors by falling score."""
        return sorted(self.visitors, key=lambda visitor: visitor.score, reverse=True)


def invitation_lists_pdf(event: EventHeader, lists: Sequence[InvitationList], language: Language = "zh") -> bytes:
    """A sheet for each exhibitor, best visitor first, with a box to tick when a visitor is invited."""
    content = {
        "lists": [
            {
                "exhibitor": invitation_list.exhibitor,
                "hall": invitation_list.hall,
                "booth": invitation_list.booth,
                "visitors": invitation_list.best_first,
            }
            for invitation_list in lists
        ]
    }
    return typeset("visitors", event, content, language)


def invitation_lists_xlsx(event: EventHeader, lists: Sequence[InvitationList], language: Language = "zh") -> bytes:
    """A row for each exhibitor and visitor."""
    words = wording(language)
    rows: list[tuple[Cell, ...]] = []
    starts = set()
    for invitation_list in lists:
        starts.add(len(rows))
        rows.extend(_rows(invitation_list))
    columns = [
        Column(words["exhibitor"], 32),
        Column(words["hall"], 14),
        Column(words["booth"], 9),
        Column(words["rank"], 6),
        Column(words["visitor"], 32),
        Column(words["need"], 40),
        Column(words["reason"], 40),
        Column(words["score"], 8),
        Column(words["invited"], 8),
    ]
    workbook = Workbook(event, language)
    workbook.add_sheet(words["visitors"], words["visitors"], columns, rows, starts)
    return workbook.to_bytes()


def _rows(invitation_list: InvitationList) -> Iterator[tuple[Cell, ...]]:
    place = (invitation_list.exhibitor, invitation_list.hall, invitation_list.booth)
    for rank, visitor in enumerate(invitation_list.best_first, start=1):
        yield (*place, rank, visitor.enterprise, visitor.need, visitor.why, visitor.score, "")
