"""Who may see how much of a posting: the one place that pages, sheets and programs ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from matchmaker.domain.people import User
from matchmaker.domain.postings.fields import CONTACT, VISIBILITY, Field, fields_of
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Role, Visibility


class Detail(IntEnum):
    """How much of a posting a person sees. A greater value includes the lesser ones.

    Whoever sees anything of a posting also sees its kind, its organization and its team.
    """

    NOTHING = 0
    SUMMARY = 1
    """The fields of :data:`SUMMARY_FIELDS`; no text, so no passage is ever quoted."""
    TEXT = 2
    """All texts and figures, but no contact."""
    FULL = 3
    """Everything, including the contact."""


SUMMARY_FIELDS = frozenset({"title", "industry", "field", "need_type", "valid_until"})
"""The names of the fields that a summary shows."""

_CONTACT_FIELDS = frozenset(field.name for field in CONTACT)

_MEMBERS_SEE: Mapping[Visibility, Detail] = {
    Visibility.PUBLIC: Detail.FULL,
    Visibility.MEMBERS: Detail.FULL,
    Visibility.SUMMARY: Detail.SUMMARY,
    Visibility.PRIVATE: Detail.NOTHING,
}
_OTHERS_SEE: Mapping[Visibility, Detail] = {
    Visibility.PUBLIC: Detail.TEXT,
    Visibility.MEMBERS: Detail.NOTHING,
    Visibility.SUMMARY: Detail.SUMMARY,
    Visibility.PRIVATE: Detail.NOTHING,
}


def detail_for(viewer: User | None, posting: Posting, today: date) -> Detail:
    """How much of the posting the viewer sees; ``None`` is a visitor who is not logged in.

    Members of its organization and organizers see everything in any state. Others see a posting only while it is
    published and valid. Only members of an organization and brokers see contacts.
    """
    if viewer is not None and viewer.active:
        if viewer.organizes or viewer.organization_id == posting.organization_id:
            return Detail.FULL
    else:
        viewer = None
    if not posting.open_on(today):
        return Detail.NOTHING
    member = viewer is not None and (viewer.organization_id is not None or viewer.role is Role.BROKER)
    return detail_for_members(posting) if member else _OTHERS_SEE[posting.visibility]


def detail_for_members(posting: Posting) -> Detail:
    """What a member of another organization sees of the posting while it is published and valid."""
    return _MEMBERS_SEE[posting.visibility]


def least_detail(name: str) -> Detail:
    """From which detail on a field of this name shows. A field that nobody put elsewhere is one of the texts."""
    if name in SUMMARY_FIELDS:
        return Detail.SUMMARY
    return Detail.FULL if name in _CONTACT_FIELDS else Detail.TEXT


def visible_fields(posting: Posting, detail: Detail) -> tuple[Field, ...]:
    """The fields that show of the posting, in the order of its kind.

    Who may see it is a setting of its own people and no part of what it says.
    """
    return tuple(
        field for field in fields_of(posting) if field.name != VISIBILITY.name and least_detail(field.name) <= detail
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call; what is not known is empty."""

    name: str
    phone: str
    email: str

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class VisiblePosting:
    """As much of a posting as somebody sees. It shows nothing else, whoever asks it."""

    posting: Posting
    detail: Detail

    @property
    def known(self) -> bool:
        """Whether anything shows: its title, and a link to its page."""
        return self.detail > Detail.NOTHING

    @property
    def title(self) -> str:
        """The title; empty where nothing shows. Needs no other column of the posting."""
        return self.posting.title if self.known else ""

    @property
    def readable(self) -> bool:
        """Whether its texts show, so that passages may be quoted."""
        return self.detail >= Detail.TEXT

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that show, in the order of the posting's kind."""
        return visible_fields(self.posting, self.detail)

    def value(self, name: str) -> Any:
        """What the posting says in the field of this name; ``None`` where it does not show or the kind has none.

        A field that names a row of a vocabulary gives the row.
        """
        shown = any(field.name == name for field in self.fields)
        return getattr(self.posting, name) if shown else None

    @property
    def contact(self) -> Contact | None:
        """Whom to call: as the posting says, else as its organization says. ``None`` where contacts do not show."""
        if self.detail < Detail.FULL:
            return None
        return _contact(self.posting) or _contact(self.posting.organization)


def _contact(source: Any) -> Contact:
    return Contact(source.contact_name, source.contact_phone, source.contact_email)
