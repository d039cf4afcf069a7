"""Why a need and an offer were put together, without quoting what only some may read."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from matchmaker.domain.postings.match_reason import Reason
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.postings.visibility import SUMMARY_FIELDS, VisiblePosting, detail_for_members
from matchmaker.matching.ranking.explanation import Explanation, Span
from matchmaker.matching.text.document import TITLE
from matchmaker.matching.text.facts import Verdict
from matchmaker.matching.text.words import terms
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.posting.documents import document_of

_MOST_TERMS = 4
_LONGEST_TERM = 20
_MOST_FACTS = 2


def reason_for(search_index: SearchIndex, need: Need, offer: Offer) -> Reason:
    """What speaks for the pair. A match list is printed for both parties, so of a posting that shows only its summary,
    or nothing, to others only the title's words and the summary's facts are used.
    """
    explanation = search_index.matcher.explain(document_of(need), document_of(offer))
    guarded = any(not VisiblePosting(posting, detail_for_members(posting)).readable for posting in (need, offer))
    return Reason(_shared_terms(explanation, guarded), _fitting_facts(explanation, guarded))


def _shared_terms(explanation: Explanation, guarded: bool) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for evidence in explanation.evidence:
        if guarded and {evidence.need.section, evidence.offer.section} != {TITLE}:
            continue
        found |= dict.fromkeys(_in_both(evidence.need, evidence.offer.text))
    whole = [term for term in found if not any(term != longer and term in longer for longer in found)]
    return tuple(sorted(whole, key=len, reverse=True)[:_MOST_TERMS])


def _in_both(span: Span, other: str) -> Iterator[str]:
    """Of each highlight, the longest stretch that the other text has literally: neighbouring terms overlap, so that a
    highlight may end in the middle of a word.
    """
    for start, end in span.highlights:
        highlight = span.text[start:end]
        common = SequenceMatcher(None, highlight.casefold(), other.casefold(), autojunk=False).find_longest_match()
        term = highlight[common.a : common.a + common.size].strip()
        if len(term) <= _LONGEST_TERM and _is_word(term):
            yield term


def _is_word(text: str) -> bool:
    """Whether it reads as a word or a phrase: of two characters, terms are also the pairs that straddle two words."""
    return len(text) > 2 or (len(text) == 2 and terms(text)[:1] == [text.casefold()])


def _fitting_facts(explanation: Explanation, guarded: bool) -> tuple[str, ...]:
    fitting = [check.fact for check in explanation.facts if check.verdict is Verdict.FITS]
    shown = [fact for fact in fitting if not guarded or fact in SUMMARY_FIELDS]
    return tuple(shown[:_MOST_FACTS])
