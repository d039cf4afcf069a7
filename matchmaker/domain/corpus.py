"""Records for matching: vectors by content, and a counter that orders changes of postings."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base


class Embedding(Base):
    """The vector of one text under one encoder: little-endian float32, L2-normalized.

    The key is a hash of the text, not the posting: a text is never encoded twice, whoever posts it.
    """

    __tablename__ = "embedding"

    encoder: Mapped[str] = mapped_column(String(120), primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class CorpusRevision(Base):
    """A counter in a single row. Every change of a posting increments it in the same transaction.

    The row's lock puts concurrent changes in commit order: a reader that has seen revision *n* finds all later changes
    by ``revision > n``.
    """

    __tablename__ = "corpus_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
