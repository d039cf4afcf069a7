"""The reason for a match: shared words and fitting facts, in a line that can be printed in both languages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Dialect, TypeDecorator

from matchmaker.domain.postings.facts import FACT_WORDS
from matchmaker.i18n import N_, translate


@dataclass(frozen=True, slots=True)
class Reason:
    """Words that both postings contain, and fitting facts (keys of :data:`FACT_WORDS`). Contains no quotations."""

    terms: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def label(self, language: str = "zh") -> str:
        """The reason as a line in the reader's language."""
        comma, semicolon = ("、", "；") if language == "zh" else (", ", "; ")
        parts = [translate(N_("都谈到“%(terms)s”"), language, terms=comma.join(self.terms))] if self.terms else []
        parts += [translate(FACT_WORDS[fact].fits, language) for fact in self.facts]
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
