"""A match's compared facts as sentences, seen from the reader's side: “预算 50 万元，对方意向价 200 万元”."""

from flask_babel import gettext

from matchmaker.domain.postings.facts import FACT_WORDS
from matchmaker.domain.postings.posting import Posting
from matchmaker.domain.vocabulary import Side
from matchmaker.matching.ranking.explanation import Explanation
from matchmaker.matching.text.facts import FactCheck, Verdict
from matchmaker.web.language import current_language


def obstacles(explanation: Explanation) -> list[FactCheck]:
    """The facts that clearly speak against the match, shown without opening it."""
    return [
        check for check in explanation.facts if check.verdict is Verdict.CONFLICTS and FACT_WORDS[check.fact].obstacle
    ]


def fact_line(check: FactCheck, own: Posting, answer: Posting) -> str:
    """One compared fact in the reader's language; ``own`` is the reader's side of the match."""
    words, language = FACT_WORDS[check.fact], current_language()
    mine, theirs = words.value(own, language), words.value(answer, language)
    if check.verdict is Verdict.FITS and words.agreed:
        return str(gettext(words.agreed, own=words.common(own, answer, language) if words.common else mine))
    not_said = str(gettext("未写明"))
    reads = words.need_reads if own.side is Side.NEED else words.offer_reads
    if not reads:
        return f"{mine or not_said} / {theirs or not_said}"
    return str(gettext(reads, own=mine or not_said, other=theirs or not_said))


def matters_to(check: FactCheck, side: Side) -> bool:
    """Whether the fact matters more to that side of a match."""
    return FACT_WORDS[check.fact].for_supplier is (side is Side.OFFER)
