"""A hundred requests for one slot at the same moment, from two processes: one of them holds it."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.domain.vocabulary import RequestStatus
from matchmaker.services.database import Database
from tests.docking import SLOTS, make_docking, publish_plan

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[4]
PROCESSES = 2
EACH = 50

ASKING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from sqlalchemy.orm import Session
from matchmaker.domain.errors import MatchmakerError
from matchmaker.domain.people import User
from matchmaker.services.database import Database
from matchmaker.services.events.requests.requests import Acting, Reply, ask
from tests.docking import SLOTS, WEEK_BEFORE

database, (asked, *asking) = Database(sys.argv[1]), map(int, sys.argv[2].split(","))

def request(pair):
    participant_id, person_id = pair
    with database.writing() as session:
        acting = Acting(session.get_one(User, person_id), "", WEEK_BEFORE)
        try:
            ask(session, acting, participant_id, asked, Reply("想谈一谈", SLOTS[2]))
        except MatchmakerError as error:
            return type(error).__name__
        return "held"

sys.stdin.readline()
with ThreadPoolExecutor(8) as threads:
    print(*threads.map(request, zip(asking[::2], asking[1::2])))
"""


def test_one_holder(database: Database) -> None:
    with database.writing() as session:
        docking = make_docking(session, PROCESSES * EACH, 1, name="百家争一席", table_count=200)
        publish_plan(session, docking.event)
        asked = docking.offers[0].id
        asking = [(need.id, docking.person(need).id) for need in docking.needs]
    shares = [asking[start::PROCESSES] for start in range(PROCESSES)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ASKING, database.engine.url.render_as_string(hide_password=False), ids],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for ids in (",".join(str(one) for one in (asked, *(i for pair in share for i in pair))) for share in shares)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [answer for process in processes for answer in process.communicate(timeout=300)[0].split()]
    assert len(answers) == PROCESSES * EACH
    assert sorted(set(answers)) == ["InvalidInput", "held"]
    assert answers.count("held") == 1
    with database.reading() as session:
        held = select(func.count()).select_from(MeetingRequest).where(MeetingRequest.status == RequestStatus.REQUESTED)
        assert session.scalar(held.where(MeetingRequest.starts_at == SLOTS[2])) == 1
