"""The base of all records: metadata, names of constraints, column types."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from matchmaker.domain.vocabulary import CooperationMode, Term


class Base(DeclarativeBase):
    """Base of all mapped classes. Constraint names are explicit so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: timezone-aware in Python, naive UTC in the database, on both SQLite and PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class CooperationModes(TypeDecorator[frozenset[CooperationMode]]):
    """A set of cooperation modes, stored as a JSON list of code words in vocabulary order."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[CooperationMode] | None, dialect: Dialect) -> list[str]:
        chosen = frozenset(value or ())
        return [mode.value for mode in CooperationMode if mode in chosen]

    def process_result_value(self, value: Any, dialect: Dialect) -> frozenset[CooperationMode]:
        return frozenset(CooperationMode.parse(code) for code in value or ())


def term_type(term: type[Term]) -> Enum:
    """The column type of a controlled term. It stores the code word as text, so a new term needs no migration."""
    return Enum(term, native_enum=False, length=40, values_callable=lambda terms: [t.value for t in terms])


def now() -> datetime:
    """The current instant, timezone-aware."""
    return datetime.now(UTC)


class Timestamps:
    """The columns for when a record was created and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
