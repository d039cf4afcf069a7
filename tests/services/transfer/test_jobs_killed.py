"""A worker is killed in the middle of an import: every row is there once, or none until the next worker writes them."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker.config import load_settings
from matchmaker.domain.job import Job, JobState
from matchmaker.domain.postings.posting import Need
from matchmaker.domain.vocabulary import Role
from matchmaker.services.database import Database
from matchmaker.services.transfer.columns import TableKind
from matchmaker.services.transfer.jobs import ask_for_import, keep_upload
from tests.factories import make_user
from tests.services.jobs.doomed import DoomedWorkers, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

ROWS = 60
TABLE = "\n".join(
    [
        "编号,单位,需求名称,需求背景与技术难点",
        *(f"A{n},示例厂{n % 7},第{n}号轴承润滑失效,第{n}号轴承的润滑脂在高温下发干变黑" for n in range(ROWS)),
    ]
).encode()


@pytest.mark.parametrize("statement", ["INSERT INTO embedding", "INSERT INTO need", "UPDATE corpus_revision"])
def test_a_killed_import_is_done_once(database: Database, tmp_path: Path, statement: str) -> None:
    settings = load_settings({"MATCHMAKER_DATA": str(tmp_path), "SECRET_KEY": "only for tests"})
    with database.writing() as session:
        organizer = make_user(session, Role.ORGANIZER)
        upload = keep_upload(session, settings, organizer, TableKind.NEEDS, "需求.csv", TABLE, language="zh")
        job_id = ask_for_import(session, organizer, upload, skip_bad=False, language="zh").id
        session.commit()

    def state() -> JobState:
        with database.reading() as session:
            return session.get_one(Job, job_id).state

    def codes() -> Counter[str | None]:
        with database.reading() as session:
            return Counter(session.scalars(select(Need.code)))

    workers = DoomedWorkers(database, tmp_path)
    workers.killed_after(statement)
    assert codes() == Counter(), "no half import"
    with workers.running():
        wait_until(lambda: state().is_over)
    assert state() is JobState.DONE
    assert codes() == Counter(f"A{n}" for n in range(ROWS))
