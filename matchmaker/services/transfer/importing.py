"""Importing needs, offers and organizations from spreadsheets: all good rows or none, and every bad cell reported.

Imports are for organizers and operators: what they bring in is published. A row is recognized again by its
organization and code, or without a code by its title, so importing a file twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.domain.errors import Conflict
from matchmaker.domain.people import User
from matchmaker.i18n import N_
from matchmaker.matching.encoding.vectors import Progress
from matchmaker.matching.text.document import Document
from matchmaker.services.database import Database
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.posting.documents import document_of
from matchmaker.services.transfer.columns import TableKind, columns_in, recognized_columns
from matchmaker.services.transfer.organizations import OrganizationImport
from matchmaker.services.transfer.postings import PostingImport
from matchmaker.services.transfer.report import ImportReport
from matchmaker.services.transfer.rows import ReadTable
from matchmaker.services.transfer.spreadsheets import Table, read_table
from matchmaker.services.transfer.table_import import TableImport
from matchmaker.services.vocabularies import vocabularies

Keep = Callable[[Session, ImportReport], None]
"""Ends the transaction in which an import was written."""


def _commit(session: Session, report: ImportReport) -> None:
    session.commit()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, and the texts whose vectors it would need."""

    report: ImportReport
    documents: tuple[Document, ...]


def read_import(kind: TableKind, content: bytes) -> Table:
    """The table in the file. Raises :class:`UnreadableFile`, also for missing or doubled columns."""
    table = read_table(content, lambda cells: len({field.name for field in recognized_columns(kind, cells).values()}))
    columns_in(kind, table)
    return table


def preview_import(session: Session, kind: TableKind, table: Table) -> Preview:
    """Go through the import without writing anything; a reading session is enough."""
    return _preview(session, ReadTable(kind, table, vocabularies(session)))


def import_table(
    session: Session, actor: User | None, kind: TableKind, table: Table, *, skip_bad: bool = False
) -> ImportReport:
    """Write the good rows in one transaction: all of them if no row is bad or ``skip_bad``, otherwise none.

    ``actor`` is ``None`` for an operator at the command line. Raises :class:`Conflict` when someone else changed
    one of the postings in the meantime; nothing has been written then.
    """
    return _write(session, actor, ReadTable(kind, table, vocabularies(session)), skip_bad)


def import_and_encode(
    database: Database,
    search_index: SearchIndex,
    actor_id: int | None,
    kind: TableKind,
    table: Table,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
    keep: Keep = _commit,
) -> ImportReport:
    """Import the table and bring the search index up to date.

    Vectors are computed first, outside any transaction: they belong to texts, not to postings. So the postings
    appear at once and whole, no other process has to wait for or repeat the encoding, and an import that was
    killed on the way has published nothing. Cells are read once; what rows mean for the database is asked again in
    the transaction that writes, for it may have changed. The caller must hold no transaction. ``keep`` ends the
    transaction in which the rows were written, with the report of what was done.
    """
    with database.reading() as session:
        cells = ReadTable(kind, table, vocabularies(session))
        preview = _preview(session, cells)
    if preview.report.problems and not skip_bad:
        return preview.report
    search_index.precompute(preview.documents, progress)
    with database.writing() as session:
        actor = None if actor_id is None else session.get(User, actor_id)
        report = _write(session, actor, cells, skip_bad, keep)
    if report.landed:
        search_index.refresh(progress)
    return report


def _preview(session: Session, table: ReadTable) -> Preview:
    with session.no_autoflush:
        run = _apply(session, table)
        documents = tuple(document_of(posting) for posting in run.changed)
        session.rollback()
    return Preview(run.report, documents)


def _write(
    session: Session, actor: User | None, table: ReadTable, skip_bad: bool, keep: Keep = _commit
) -> ImportReport:
    with session.no_autoflush:
        run = _apply(session, table)
    if run.report.problems and not skip_bad:
        session.rollback()
        return run.report
    try:
        run.record(actor)
        run.report.landed = True
        keep(session, run.report)
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        raise Conflict(N_("导入期间有人修改了同样的信息，什么都没有写入，请重新导入")) from error
    return run.report


def _apply(session: Session, table: ReadTable) -> TableImport:
    side = table.kind.side
    run = OrganizationImport(session, table) if side is None else PostingImport(session, table, side)
    run.apply()
    return run
