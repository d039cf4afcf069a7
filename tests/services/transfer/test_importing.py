"""Imports: files as offices really send them, all good rows or none, and every bad cell named."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.activity import Activity
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import PostingStatus
from matchmaker.services.platform import Platform
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.importing import import_and_encode, import_table, preview_import, read_import
from matchmaker.services.transfer.workbook_guard import UnreadableFile
from tests.services.transfer.tables import HEADINGS, ROW, as_csv, count, only_need, run


def test_skipping_bad_rows_lands_the_others(session: Session) -> None:
    report = run(session, as_csv(HEADINGS, ROW, ["A2", "另一家", "N", ROW[3]]), skip_bad=True)
    assert (report.created, report.bad_rows, report.landed) == (1, 1, True)
    assert session.scalars(select(Organization.name)).all() == ["示例轴承厂"]


def test_imports_are_published_and_logged(session: Session) -> None:
    run(session, as_csv(HEADINGS, ROW))
    need = only_need(session)
    assert (need.status, need.published_at is not None, need.revision) == (PostingStatus.PUBLISHED, True, 1)
    assert session.scalars(select(Activity.action)).all() == ["imported"]


def test_a_preview_writes_nothing_and_tells_the_same(session: Session) -> None:
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW, ["A2", "示例厂", "N", ROW[3]]))
    preview = preview_import(session, TableKind.NEEDS, table)
    assert (count(session, Need), [document.title for document in preview.documents]) == (0, [ROW[2]])
    report = import_table(session, None, TableKind.NEEDS, table, skip_bad=True)
    assert preview.report.to_dict() == report.to_dict() | {"imported": False}


def test_an_import_can_be_found_at_once(platform: Platform) -> None:
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW))
    encoded: list[int] = []
    report = import_and_encode(
        platform.database,
        platform.search_index,
        None,
        TableKind.NEEDS,
        table,
        progress=lambda done, _: encoded.append(done),
    )
    status = platform.search_index.status()
    assert (report.landed, status.needs, status.revision, status.vectors) == (True, 1, status.database_revision, 3)
    assert encoded[-1] == 3, "every passage and the opening once, before the posting appears"


def test_what_is_wrong_is_said_in_english_too(session: Session) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_import(TableKind.NEEDS, as_csv(HEADINGS[:3], ROW[:3]))
    assert "Background and problem" in caught.value.text("en")
    table = read_import(TableKind.NEEDS, as_csv(HEADINGS, ROW))
    import_table(session, None, TableKind.NEEDS, table)
    session.scalars(select(Need)).one().status = PostingStatus.CLOSED
    session.commit()
    (warning,) = import_table(session, None, TableKind.NEEDS, table).warnings
    assert "Closed" in warning.error.text("en")
    assert "已达成" in warning.error.text("zh")
