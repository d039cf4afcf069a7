"""The allowed changes of a posting's state."""

from matchmaker.domain.base import now
from matchmaker.domain.errors import Conflict
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import PostingStatus as Status
from matchmaker.i18n import N_

MOVES: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset({Status.PUBLISHED, Status.RETURNED, Status.WITHDRAWN}),
    Status.RETURNED: frozenset({Status.SUBMITTED, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.EXPIRED, Status.WITHDRAWN, Status.CLOSED}),
    Status.EXPIRED: frozenset({Status.SUBMITTED, Status.PUBLISHED, Status.WITHDRAWN, Status.CLOSED}),
    Status.WITHDRAWN: frozenset({Status.SUBMITTED, Status.PUBLISHED}),
    Status.CLOSED: frozenset(),
}


def may_become(posting: Posting, status: Status) -> bool:
    """Whether the posting's state can change to ``status``."""
    return status in MOVES[posting.status]


def move(posting: Posting, status: Status, reason: str = "") -> None:
    """Change the posting's state to ``status``; a published one says since when it is.

    Raises :class:`Conflict` if its current state does not allow it.
    """
    if not may_become(posting, status):
        raise Conflict(
            N_("“%(title)s”现在是“%(state)s”，不能变为“%(wanted)s”"),
            title=posting.title,
            state=posting.status,
            wanted=status,
        )
    posting.status = status
    posting.status_reason = reason
    if status is Status.PUBLISHED:
        posting.published_at = now()
