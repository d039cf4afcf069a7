"""Exporting what an import takes: the same columns back, as CSV or XLSX."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from matchmaker.domain.amount import Amount
from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.fields import Field
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.vocabulary import CooperationMode, PostingStatus, Side, Term
from matchmaker.i18n import N_, translate
from matchmaker.services.posting.postings import POSTING_TYPES
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.spreadsheets import write_csv, write_xlsx
from matchmaker.services.vocabularies import choices

ENDINGS = ("xlsx", "csv")
_BETWEEN_TERMS = "；"

Rows = list[list[object]]


def export_file(session: Session, kind: TableKind, ending: str, language: str = "zh") -> bytes:
    """All published needs or offers, or all organizations, as a file of that ending (``xlsx`` or ``csv``).

    Importing the file again changes nothing. Drafts and withdrawn postings are left out, for an import publishes.
    Raises :class:`InvalidInput` for another ending.
    """
    return _as_file(export_rows(session, kind, language), kind, ending, language)


def template_file(kind: TableKind, ending: str, language: str = "zh") -> bytes:
    """An empty table to fill in."""
    return _as_file([_headings(kind, language)], kind, ending, language)


def export_rows(session: Session, kind: TableKind, language: str = "zh") -> Rows:
    """The heading and one row for each record, in the order they came."""
    labels = {name: dict(choices(session, name, language)) for name in ("district", "industry", "field")}
    records = _organizations(session) if kind is TableKind.ORGANIZATIONS else _postings(session, kind)
    rows: Rows = [_headings(kind, language)]
    rows.extend([_cell(record, field, labels, language) for field in kind.columns] for record in records)
    return rows


def check_ending(ending: str) -> str:
    """The ending in lower case, or :class:`InvalidInput`."""
    plain = ending.casefold().removeprefix(".")
    if plain not in ENDINGS:
        raise InvalidInput(N_("只能导出 .xlsx 或 .csv，请改文件名的结尾"))
    return plain


def _as_file(rows: Rows, kind: TableKind, ending: str, language: str) -> bytes:
    if check_ending(ending) == "csv":
        return write_csv(rows)
    return write_xlsx(rows, translate(kind.label(language), language))


def _headings(kind: TableKind, language: str) -> list[object]:
    return [field.label(language) for field in kind.columns]


def _organizations(session: Session) -> Iterator[Organization]:
    yield from session.scalars(select(Organization).order_by(Organization.id))


def _postings(session: Session, kind: TableKind) -> Iterator[Posting]:
    model: Any = POSTING_TYPES[Side.NEED if kind is TableKind.NEEDS else Side.OFFER]
    options = [joinedload(model.organization)] + ([joinedload(Offer.team)] if model is Offer else [])
    published = select(model).where(model.status == PostingStatus.PUBLISHED)
    yield from session.scalars(published.options(*options).order_by(model.id))


def _cell(record: Any, field: Field, labels: dict[str, dict[str, str]], language: str) -> object:
    if field.name == "organization":
        return record.organization.name
    if field.name == "team":
        return "" if record.team is None else record.team.name
    if field.reference:
        return labels[field.reference].get(getattr(record, f"{field.name}_code"), "")
    return _readable(getattr(record, field.name, None), language)


def _readable(value: Any, language: str) -> object:
    if value is None:
        return ""
    if isinstance(value, Amount):
        # In Chinese whatever the language: amounts are read back as they are written here.
        return value.label("zh")
    if isinstance(value, frozenset):
        return _BETWEEN_TERMS.join(mode.label(language) for mode in CooperationMode if mode in value)
    if isinstance(value, Term):
        return value.label(language)
    return value if isinstance(value, int | date) else str(value)
