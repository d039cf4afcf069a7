"""Who sees what, for lists and on paper: the domain's rule for one posting (``domain/postings/visibility.py``) applied.

Paper goes from hand to hand, so what is printed for participants follows the rule for members. What is given to
everybody, like the catalogue, asks the domain for a viewer who is nobody. A posting that has since expired or been
closed is printed as while it was open: a schedule keeps its topics after the event. One that was withdrawn, or never
published, is not printed.
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
    """A viewer on a day. Derived from :func:`detail_for`, so there is no second rule that could disagree with it.

    Lists hold what is published and valid, whoever looks; people find their own drafts on their own pages.
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
        """The same for a statement: postings of which the viewer sees at least so much."""
        seen = [visibility for visibility, detail in self._strangers.items() if detail >= least]
        own = false() if self._own is None else model.organization_id == self._own
        return and_(
            model.status == PostingStatus.PUBLISHED,
            or_(model.valid_until.is_(None), model.valid_until >= self._today),
            or_(own, model.visibility.in_(seen)),
        )

    def calls(self, organization_id: int) -> bool:
        """Whether the viewer may know whom to call at the organization: as for a public posting of its."""
        return self._owns(organization_id) or self._strangers[Visibility.PUBLIC] >= Detail.FULL

    def _owns(self, organization_id: int) -> bool:
        return self._own is not None and self._own == organization_id


def _strangers(visibility: Visibility) -> Need:
    """An open posting of an organization that nobody belongs to."""
    return Need(status=PostingStatus.PUBLISHED, visibility=visibility, organization_id=0)


_WAS_OPEN = frozenset({PostingStatus.PUBLISHED, PostingStatus.EXPIRED, PostingStatus.CLOSED})


def printed_detail(posting: Posting) -> Detail:
    """How much of the posting a sheet for participants may show. Contacts are left out in any case."""
    if posting.status not in _WAS_OPEN:
        return Detail.NOTHING
    return min(detail_for_members(posting), Detail.TEXT)


def printed_title(posting: Posting | None, language: str, *, own: bool = False) -> str:
    """The title for participants; ``own`` is for a sheet that only the posting's own people get."""
    if posting is None:
        return ""
    if own or VisiblePosting(posting, printed_detail(posting)).known:
        return posting.title
    return translate(N_("（议题不公开）"), language)


def printed_reason(reason: Reason, need: Posting | None, offer: Posting | None, language: str) -> str:
    """What :func:`disclosed_reason` leaves, in words."""
    return disclosed_reason(reason, need, offer).label(language)


def disclosed_reason(reason: Reason, need: Posting | None, offer: Posting | None) -> Reason:
    """What speaks for the pair, without a word that only a text kept back could have told.

    The reason may have been found while the posting was still open to all.
    """
    postings = [posting for posting in (need, offer) if posting is not None]
    least = min((printed_detail(posting) for posting in postings), default=Detail.TEXT)
    if least is Detail.NOTHING:
        return Reason()
    if least is Detail.SUMMARY:
        titles = [posting.title.casefold() for posting in postings]
        return Reason(
            tuple(term for term in reason.terms if all(term.casefold() in title for title in titles)),
            tuple(fact for fact in reason.facts if fact in SUMMARY_FIELDS),
        )
    return reason
