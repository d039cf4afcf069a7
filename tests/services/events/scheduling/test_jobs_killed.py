"""A worker is killed in the middle of a build: the plan is there once, or not at all until the next worker makes it."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker.domain.events.event import Event, Meeting, PlanVersion
from matchmaker.domain.job import Job, JobState
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.events.scheduling.jobs import ask_for_build
from matchmaker.services.indexing.search_index import SearchIndex
from tests.services.fairs import make_fair
from tests.services.jobs.doomed import DoomedWorkers, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]


def plan_of(database: Database) -> tuple[list[int], Counter[tuple[int, int]]]:
    """The numbers of the plan's versions, and how often each pair has a meeting."""
    with database.reading() as session:
        versions = list(session.scalars(select(PlanVersion.version)))
        pairs = Counter((meeting.need_side_id, meeting.offer_side_id) for meeting in session.scalars(select(Meeting)))
    return versions, pairs


@pytest.mark.parametrize("statement", ["INSERT INTO meeting", "INSERT INTO assignment", "INSERT INTO activity"])
def test_a_killed_build_is_done_once(database: Database, tmp_path: Path, encoder: Encoder, statement: str) -> None:
    with database.writing() as session:
        event = make_fair(session, SearchIndex(database, encoder))
        job_id = ask_for_build(session, None, event).id
        session.commit()

    def state() -> JobState:
        with database.reading() as session:
            return session.get_one(Job, job_id).state

    workers = DoomedWorkers(database, tmp_path)
    workers.killed_after(statement)
    assert plan_of(database) == ([], Counter()), "nothing of a plan that was not finished"
    with workers.running():
        wait_until(lambda: state().is_over)
    assert state() is JobState.DONE
    versions, pairs = plan_of(database)
    assert versions == [1]
    assert set(pairs.values()) == {1}
    with database.reading() as session:
        assert session.scalars(select(Event)).one().plan_version == 1
        assert session.get_one(Job, job_id).attempts == 2
