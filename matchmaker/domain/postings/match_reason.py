"""The reason for a match: shared words and fitting facts, in a line that can be printed in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Dialect, TypeDecorator

from matchmaker.i18n import N_, translate

FITTING_FACTS: Mapping[str, str] = {
    "budget": N_("预算与报价相合"),
    "trl": N_("成熟度达到期望"),
    "cooperation_modes": N_("合作方式一致"),
    "industry": N_("同一产业领域"),
    "field": N_("同一技术领域"),
    "deadline": N_("时限相合"),
    "district": N_("同在一个县区"),
}
"""The name of a fact in :mod:`matchmaker.matching.ranking.explanation` → the message for a fact that fits."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Words that both postings contain, and fitting facts (keys of :data:`FITTING_FACTS`). Contains no quotations."""

    terms: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def label(self, language: str = "zh") -> str:
        """The reason as a line in the reader's language."""
        comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
        parts = [translate(N_("都谈到“%(terms)s”"), language, terms=comma.join(self.terms))] if self.terms else []
        parts += [translate(FITTING_FACTS[fact], language) for fact in self.facts]
        return semicolon.join(parts) or translate(N_("内容相近"), language)


class ReasonColumn(TypeDecorator[Reason]):
    """Stores a :class:`Reason` as a JSON object. NULL is read as an empty reason."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Reason | None, dialect: Dialect) -> dict[str, list[str]]:
        reason = value or Reason()
        return {"terms": list(reason.terms), "facts": list(reason.facts)}

    def process_result_value(self, value: Any, dialect: Dialect) -> Reason:
        stored = value or {}
        return Reason(tuple(stored.get("terms", ())), tuple(stored.get("facts", ())))
