"""Who may see a posting, and how much of it."""

from datetime import date
from enum import IntEnum

from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Role, Visibility


class Detail(IntEnum):
    """How much of a posting a person sees; a greater one includes the lesser."""

    NOTHING = 0
    SUMMARY = 1
    """Title, industry, field, kind and organization; no text, so no passage is ever quoted."""
    TEXT = 2
    """All texts and figures, but not whom to call."""
    FULL = 3
    """With the contact."""


def detail_for(viewer: User | None, posting: Posting, today: date) -> Detail:
    """What the viewer (``None``: nobody logged in) sees of the posting.

    Its own people and the organizers see all of it in any state; others only while it is published and valid.
    Contacts are for people who are members of some organization, and for brokers.
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
