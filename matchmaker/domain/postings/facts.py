"""The facts of a posting that matching compares: how a posting states them, and how a comparison is said.

Which values fit is decided in ``matching/text/facts.py``; a fact has an entry there and in :data:`FACT_WORDS` here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.domain.errors import LabelList
from matchmaker.domain.postings.posting import Need, Offer, Posting
from matchmaker.domain.vocabulary import CooperationMode
from matchmaker.i18n import N_


@dataclass(frozen=True, slots=True)
class FactWords:
    """How a fact is said. All words but ``value`` are message ids; empty where there are none.

    ``fits`` is said on paper. On a page, ``agreed`` is said of a fact that fits because both sides said the same, with
    ``common`` (or the own value) as its ``own``. ``need_reads`` and ``offer_reads`` are what the people of a need and
    of an offer read otherwise, with both values as ``own`` and ``other``.

    ``obstacle``: a cooperation can fail over it. ``for_supplier``: it matters more to the supplier than to the firm.
    """

    value: Callable[[Posting, str], str]
    fits: str
    need_reads: str = ""
    offer_reads: str = ""
    agreed: str = ""
    common: Callable[[Posting, Posting, str], str] | None = None
    obstacle: bool = False
    for_supplier: bool = False


def fact_values(posting: Posting) -> dict[str, Any]:
    """What the posting states of each fact, by the names of matching's ``Facts``."""
    amount = posting.amount
    return {
        "industry": posting.industry_code,
        "field": posting.field_code,
        "trl": posting.trl if isinstance(posting, Offer) else None,
        "wanted_trl": posting.wanted_trl if isinstance(posting, Need) else None,
        "amount_min": amount.minimum,
        "amount_max": amount.maximum,
        "negotiable": amount.negotiable,
        "cooperation_modes": frozenset(mode.value for mode in posting.cooperation_modes),
        "district": posting.organization.district_code,
        "deadline": posting.deadline if isinstance(posting, Need) else None,
    }


def _amount(posting: Posting, language: str) -> str:
    return posting.amount.label(language)


def _trl(posting: Posting, language: str) -> str:
    level = posting.trl if isinstance(posting, Offer) else posting.wanted_trl if isinstance(posting, Need) else None
    return "" if level is None else f"TRL {level}"


def modes_text(modes: frozenset[CooperationMode], language: str) -> str:
    """Cooperation modes in the vocabulary's order, in the reader's language."""
    return LabelList(mode for mode in CooperationMode if mode in modes).label(language)


def _modes(posting: Posting, language: str) -> str:
    return modes_text(posting.cooperation_modes, language)


def _common_modes(own: Posting, answer: Posting, language: str) -> str:
    return modes_text(own.cooperation_modes & answer.cooperation_modes, language)


def _industry(posting: Posting, language: str) -> str:
    return "" if posting.industry is None else posting.industry.label(language)


def _field(posting: Posting, language: str) -> str:
    return "" if posting.field is None else posting.field.label(language)


def _district(posting: Posting, language: str) -> str:
    district = posting.organization.district
    return "" if district is None else district.label(language)


def _deadline(posting: Posting, language: str) -> str:
    deadline = posting.deadline if isinstance(posting, Need) else None
    return "" if deadline is None else deadline.isoformat()


FACT_WORDS: Mapping[str, FactWords] = {
    "budget": FactWords(
        _amount,
        fits=N_("预算与报价相合"),
        need_reads=N_("预算 %(own)s，对方意向价 %(other)s"),
        offer_reads=N_("意向价 %(own)s，对方预算 %(other)s"),
        obstacle=True,
        for_supplier=True,
    ),
    "trl": FactWords(
        _trl,
        fits=N_("成熟度达到期望"),
        need_reads=N_("期望成熟度 %(own)s，对方 %(other)s"),
        offer_reads=N_("成熟度 %(own)s，对方期望 %(other)s"),
        obstacle=True,
    ),
    "cooperation_modes": FactWords(
        _modes,
        fits=N_("合作方式一致"),
        need_reads=N_("合作方式 %(own)s，对方 %(other)s"),
        offer_reads=N_("合作方式 %(own)s，对方 %(other)s"),
        agreed=N_("双方都可%(own)s"),
        common=_common_modes,
        obstacle=True,
        for_supplier=True,
    ),
    "industry": FactWords(
        _industry,
        fits=N_("同一产业领域"),
        need_reads=N_("产业领域 %(own)s，对方 %(other)s"),
        offer_reads=N_("产业领域 %(own)s，对方 %(other)s"),
        agreed=N_("同属%(own)s"),
        for_supplier=True,
    ),
    "field": FactWords(
        _field,
        fits=N_("同一技术领域"),
        need_reads=N_("技术领域 %(own)s，对方 %(other)s"),
        offer_reads=N_("技术领域 %(own)s，对方 %(other)s"),
        agreed=N_("同属%(own)s"),
    ),
    "deadline": FactWords(
        _deadline,
        fits=N_("时限相合"),
        need_reads=N_("要求 %(own)s 前完成，请向对方确认"),
        offer_reads=N_("对方要求 %(other)s 前完成，请确认能否按期"),
        obstacle=True,
    ),
    "district": FactWords(_district, fits=N_("同在一个县区"), agreed=N_("同在%(own)s")),
}
"""The words of every fact, by its name."""
