"""A match's compared facts as sentences, seen from the reader's side: “预算 50 万元，对方意向价 200 万元”."""

from collections.abc import Callable, Iterable, Mapping

from flask_babel import gettext

from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import CooperationMode, Side
from matchmaker.i18n import N_
from matchmaker.matching.ranking.explanation import Explanation, FactCheck, Verdict
from matchmaker.web.language import current_language

_BOTH_SAID: Mapping[tuple[str, Side], str] = {
    ("budget", Side.NEED): N_("预算 %(own)s，对方意向价 %(other)s"),
    ("budget", Side.OFFER): N_("意向价 %(own)s，对方预算 %(other)s"),
    ("trl", Side.NEED): N_("期望成熟度 %(own)s，对方 %(other)s"),
    ("trl", Side.OFFER): N_("成熟度 %(own)s，对方期望 %(other)s"),
    ("cooperation_modes", Side.NEED): N_("合作方式 %(own)s，对方 %(other)s"),
    ("cooperation_modes", Side.OFFER): N_("合作方式 %(own)s，对方 %(other)s"),
    ("industry", Side.NEED): N_("产业领域 %(own)s，对方 %(other)s"),
    ("industry", Side.OFFER): N_("产业领域 %(own)s，对方 %(other)s"),
    ("field", Side.NEED): N_("技术领域 %(own)s，对方 %(other)s"),
    ("field", Side.OFFER): N_("技术领域 %(own)s，对方 %(other)s"),
    ("deadline", Side.NEED): N_("要求 %(own)s 前完成，请向对方确认"),
    ("deadline", Side.OFFER): N_("对方要求 %(other)s 前完成，请确认能否按期"),
}

_THE_SAME: Mapping[str, str] = {
    "cooperation_modes": N_("双方都可%(own)s"),
    "industry": N_("同属%(own)s"),
    "field": N_("同属%(own)s"),
    "district": N_("同在%(own)s"),
}
"""The sentence for a fact that fits because both sides state the same."""


_OBSTACLES = frozenset({"budget", "trl", "cooperation_modes", "deadline"})
"""Facts over which a cooperation can fail; that a supplier belongs to another industry is no reason against it."""


def obstacles(explanation: Explanation) -> list[FactCheck]:
    """The facts that clearly speak against the match, shown without opening it."""
    return [check for check in explanation.facts if check.verdict is Verdict.CONFLICTS and check.fact in _OBSTACLES]


def fact_line(check: FactCheck, own: Posting, answer: Posting) -> str:
    """One compared fact in the reader's language; ``own`` is the reader's side of the match."""
    value = _VALUES[check.fact]
    if check.verdict is Verdict.FITS and check.fact in _THE_SAME:
        common = _common_modes(own, answer) if check.fact == "cooperation_modes" else value(own)
        return str(gettext(_THE_SAME[check.fact], own=common))
    not_said = gettext("未写明")
    words = _BOTH_SAID.get((check.fact, own.side))
    if words is None:
        return f"{value(own) or not_said} / {value(answer) or not_said}"
    return str(gettext(words, own=value(own) or not_said, other=value(answer) or not_said))


def _amount(posting: Posting) -> str:
    return posting.amount.label(current_language())


def _trl(posting: Posting) -> str:
    level = posting.trl if isinstance(posting, Offer) else posting.wanted_trl if isinstance(posting, Need) else None
    return "" if level is None else f"TRL {level}"


def _modes(posting: Posting) -> str:
    return modes_line(posting.cooperation_modes)


def _common_modes(own: Posting, answer: Posting) -> str:
    return modes_line(own.cooperation_modes & answer.cooperation_modes)


def modes_line(modes: Iterable[CooperationMode]) -> str:
    """Cooperation modes in the vocabulary's order, in the reader's language."""
    language = current_language()
    chosen = frozenset(modes)
    separator = "、" if language == "zh" else ", "
    return separator.join(mode.label(language) for mode in CooperationMode if mode in chosen)


def _industry(posting: Posting) -> str:
    return "" if posting.industry is None else posting.industry.label(current_language())


def _field(posting: Posting) -> str:
    return "" if posting.field is None else posting.field.label(current_language())


def _district(posting: Posting) -> str:
    district = posting.organization.district
    return "" if district is None else district.label(current_language())


def _deadline(posting: Posting) -> str:
    deadline = posting.deadline if isinstance(posting, Need) else None
    return "" if deadline is None else deadline.isoformat()


_VALUES: Mapping[str, Callable[[Posting], str]] = {
    "budget": _amount,
    "trl": _trl,
    "cooperation_modes": _modes,
    "industry": _industry,
    "field": _field,
    "district": _district,
    "deadline": _deadline,
}
