"""The postings that the search index is made of, as the database has them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from matchmaker.domain.corpus import CorpusRevision
from matchmaker.domain.vocabulary import PostingStatus
from matchmaker.matching.encoding.vectors import vector_texts
from matchmaker.matching.text.document import Document
from matchmaker.services.database import Database
from matchmaker.services.posting.documents import document_of
from matchmaker.services.posting.postings import POSTING_TYPES


def corpus_revision(database: Database) -> int:
    """The number of the last change of any posting."""
    with database.reading() as session:
        return session.scalar(select(CorpusRevision.value)) or 0


def published_documents(database: Database) -> list[Document]:
    """The published postings of both sides."""
    with database.reading() as session:
        return [
            document_of(posting)
            for model in POSTING_TYPES.values()
            for posting in session.scalars(with_organization(model).where(model.status == PostingStatus.PUBLISHED))
        ]


def keys_in_use(database: Database) -> set[str]:
    """The keys of the vectors of all postings in any state: a draft may be published, a withdrawn posting again."""
    with database.reading() as session:
        return keys_of(
            document_of(posting)
            for model in POSTING_TYPES.values()
            for posting in session.scalars(with_organization(model))
        )


def keys_of(documents: Iterable[Document]) -> set[str]:
    """The keys of all vectors of the documents."""
    return {key for document in documents for key in vector_texts(document)}


def with_organization(model: type[Any]) -> Select[Any]:
    """A statement for postings together with their organizations, which their documents need."""
    return select(model).options(joinedload(model.organization))
