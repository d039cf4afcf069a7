"""What matching keeps in the database: vectors by content, and a counter that orders changes."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base


class Embedding(Base):
    """The vector of one text under one encoder: little-endian float32, L2-normalized.

    Keyed by the hash of the text, not by posting: unchanged text is never encoded twice, whoever posts it.
    """

    __tablename__ = "embedding"

    encoder: Mapped[str] = mapped_column(String(120), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class CorpusRevision(Base):
    """One row that every change of a posting increments inside its own transaction.

    The row's lock puts concurrent changes in commit order, so a reader that has seen revision *n* finds all later
    changes as ``revision > n`` and misses none.
    """

    __tablename__ = "corpus_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
