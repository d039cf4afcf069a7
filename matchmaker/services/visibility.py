"""Who sees what in lists and on paper: the rule of ``domain/postings/visibility.py`` applied to many postings at once.

Paper goes from hand to hand, so sheets for participants show what members may see. Sheets for everybody, such as the
catalogue, show what a visitor who is not logged in may see. A posting that has expired or was closed is printed as
before, because a schedule keeps its topics after the event. A posting that was withdrawn or never published is not
printed.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_

from matchmaker.domain.people import User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.postings.visibility import SUMMARY_FIELDS, Detail, VisiblePosting, detail_for, detail_for_members
from matchmaker.domain.vocabulary import PostingStatus, Visibility
from matchmaker.i18n import N_, translate
from matchmaker.services.indexing.search_index import Access


class VisibilityFilter:
    """Which postings the lists of a viewer hold on a day. Derived from :func:`detail_for`, so the two cannot disagree.

    Lists hold only what is published and valid. People find their own drafts on their own pages.
    """

    def __init__(self, viewer: User | None, today: date) -> None:
        self._today = today
        self._own = viewer.organization_id if viewer is not None and viewer.active else None
        self._strangers = {visibility: detail_for(viewer, _strangers(visibility), today) for visibility in Visibility}

    def lists(self, access: Access) -> bool:
        """Whether a published posting may appear in the viewer's lists."""
        if access.valid_until is not None and access.valid_until < self._today:
            return False
        return self._owns(access.organization_id) or self._strangers[access.visibility] > Detail.NOTHING

    def condition(self, model: type[Need] | type[Offer], least: Detail = Detail.SUMMARY) -> ColumnElement[bool]:
        """An SQL condition for the postings of which the viewer sees at least ``least``."""
        seen = [visibility for visibility, detail in self._strangers.items() if detail >= least]
        own = false() if self._own is None else model.organization_id == self._own
        return and_(
            model.status == PostingStatus.PUBLISHED,
            or_(model.valid_until.is_(None), model.valid_until >= self._today),
            or_(own, model.visibility.in_(seen)),
        )

    def calls(self, organization_id: int) -> bool:
        """Whether the viewer may see the organization's contact: the rule for the contact of its public postings."""
        return self._owns(organization_id) or self._strangers[Visibility.PUBLIC] >= Detail.FULL

    def _owns(self, organization_id: int) -> bool:
        return self._own is not None and self._own == organization_id


def _strangers(visibility: Visibility) -> Need:
    """An open posting of an organization that nobody belongs to."""
    return Need(status=PostingStatus.PUBLISHED, visibility=visibility, organization_id=0)


_WAS_OPEN = frozenset({PostingStatus.PUBLISHED, PostingStatus.EXPIRED, PostingStatus.CLOSED})


def printed(posting: Posting) -> VisiblePosting:
    """As much of the posting as a sheet for participants may show: never the contact."""
    if posting.status not in _WAS_OPEN:
        return VisiblePosting(posting, Detail.NOTHING)
    return VisiblePosting(posting, min(detail_for_members(posting), Detail.TEXT))


def printed_title(posting: Posting | None, language: str, *, own: bool = False) -> str:
    """The title on a sheet for participants. ``own`` marks a sheet that only the posting's own people get."""
    if posting is None:
        return ""
    return (posting.title if own else printed(posting).title) or translate(N_("（议题不公开）"), language)


def printed_reason(reason: Reason, need: Posting | None, offer: Posting | None, language: str) -> str:
    """What :func:`disclosed_reason` leaves of the reason, as a line."""
    return disclosed_reason(reason, need, offer).label(language)


def disclosed_reason(reason: Reason, need: Posting | None, offer: Posting | None) -> Reason:
    """The reason without words and facts that only a text kept back contains.

    It may have been found while the posting was still open to all.
    """
    shown = [printed(posting) for posting in (need, offer) if posting is not None]
    if all(posting.readable for posting in shown):
        return reason
    if not all(posting.known for posting in shown):
        return Reason()
    titles = [posting.title.casefold() for posting in shown]
    return Reason(
        tuple(term for term in reason.terms if all(term.casefold() in title for title in titles)),
        tuple(fact for fact in reason.facts if fact in SUMMARY_FIELDS),
    )
