"""What of a posting may be printed. Paper goes from hand to hand, so the rule is that of
``domain/postings/visibility.py`` for other participants of the event: they see what members see. What is given to
everybody, like the catalogue, asks the domain for a viewer who is nobody.

A posting that has since expired or been closed is printed as while it was open: a schedule keeps its topics after the
event. One that was withdrawn, or never published, is not.
"""

from datetime import date

from matchmaker.domain.people import User
from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Posting
from matchmaker.domain.postings.visibility import Detail, detail_for
from matchmaker.domain.vocabulary import PostingStatus, Role, Visibility
from matchmaker.i18n import N_, translate

_WAS_OPEN = frozenset({PostingStatus.PUBLISHED, PostingStatus.EXPIRED, PostingStatus.CLOSED})
_OPEN_IN_SUMMARY = frozenset({"industry", "field"})
"""Facts of a posting that its summary shows."""


_MEMBER = User(email="", name="", role=Role.BROKER, active=True)
_DETAILS = {
    visibility: detail_for(
        _MEMBER, Need(status=PostingStatus.PUBLISHED, visibility=visibility, organization_id=0), date.min
    )
    for visibility in Visibility
}


def printed_detail(posting: Posting) -> Detail:
    """How much of the posting a sheet for participants may show. Contacts are left out in any case."""
    if posting.status not in _WAS_OPEN:
        return Detail.NOTHING
    return min(_DETAILS[posting.visibility], Detail.TEXT)


def printed_title(posting: Posting | None, language: str, *, own: bool = False) -> str:
    """The title for participants; ``own`` is for a sheet that only the posting's own people get."""
    if posting is None:
        return ""
    if own or printed_detail(posting) > Detail.NOTHING:
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
            tuple(fact for fact in reason.facts if fact in _OPEN_IN_SUMMARY),
        )
    return reason
