"""What a viewer's lists may contain: the domain's rule for one posting, for many at once."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_

from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import PostingStatus, Visibility
from matchmaker.services.indexing.search_index import Access


class Sight:
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
