"""Who may see how much of a posting."""

from datetime import date
from enum import IntEnum

from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Role, Visibility


class Detail(IntEnum):
    """How much of a posting a person sees. A greater value includes the lesser ones."""

    NOTHING = 0
    SUMMARY = 1
    """Title, industry, field, kind and organization; no text, so no passage is ever quoted."""
    TEXT = 2
    """All texts and figures, but no contact."""
    FULL = 3
    """Everything, including the contact."""


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
    match posting.visibility:
        case Visibility.PUBLIC:
            return Detail.FULL if member else Detail.TEXT
        case Visibility.MEMBERS:
            return Detail.FULL if member else Detail.NOTHING
        case Visibility.SUMMARY:
            return Detail.SUMMARY
        case Visibility.PRIVATE:
            return Detail.NOTHING
