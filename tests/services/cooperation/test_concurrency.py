"""Both sides at the same moment: one cooperation, one step, one contract to a registration number."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import ContractKind, ContractTerms, Cooperation, Stage, TechnologyContract
from matchmaker.domain.errors import MatchmakerError
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import NextStep, Side
from matchmaker.services.cooperation.beginning import begin_from_meeting
from matchmaker.services.cooperation.contracts import record_contract
from matchmaker.services.cooperation.stages import advance
from matchmaker.services.database import Database
from matchmaker.services.events.onsite.ratings import choose_next_step
from tests.services.running_event import Fair, make_fair

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

AT_ONCE = 6

_numbers = count(1)


@pytest.fixture
def fair(database: Database) -> Fair:
    with database.writing() as session:
        made = make_fair(session, f"两边同时点的第{next(_numbers)}次对接会")
        _ = made.event.slots, [meeting.need_id for meeting in made.meetings]
        session.commit()
    return made


def at_once(database: Database, verbs: Sequence[Callable[[Session], object]]) -> list[str]:
    """Do all of it from as many threads, as near to the same moment as can be; what came of each."""
    ready = Barrier(len(verbs))

    def run(verb: Callable[[Session], object]) -> str:
        with database.writing() as session:
            # SQLite's lock is taken by the first statement, so all wait here before it.
            ready.wait(60)
            try:
                verb(session)
            except MatchmakerError as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(len(verbs)) as threads:
        return sorted(threads.map(run, verbs))


def test_both_want_to_go_on(database: Database, fair: Fair) -> None:
    meeting_id = fair.meetings[0].id
    sides = [(fair.engineer.id, Side.NEED), (fair.researcher.id, Side.OFFER)] * (AT_ONCE // 2)

    def choose(session: Session, person_id: int, side: Side) -> None:
        choose_next_step(session, session.get_one(User, person_id), meeting_id, side, NextStep.NEGOTIATE)

    told = at_once(database, [lambda session, who=who, side=side: choose(session, who, side) for who, side in sides])
    assert told == ["done"] * AT_ONCE
    with database.reading() as session:
        (cooperation,) = session.scalars(select(Cooperation).where(Cooperation.event_id == fair.event.id))
        assert cooperation.stage is Stage.NEGOTIATION
        assert len(cooperation.changes) == 1


def test_one_of_them_steps_forward(database: Database, fair: Fair) -> None:
    with database.writing() as session:
        cooperation = begin_from_meeting(session, session.get_one(User, fair.organizer.id), fair.meetings[0].id)
        cooperation_id, seen = cooperation.id, cooperation.version
    targets = [Stage.NEGOTIATION, Stage.LETTER_OF_INTENT] * (AT_ONCE // 2)

    def step(session: Session, stage: Stage) -> None:
        advance(session, session.get_one(User, fair.engineer.id), cooperation_id, stage, seen)

    told = at_once(database, [lambda session, stage=stage: step(session, stage) for stage in targets])
    # Whoever wanted the same as the first had their way as well.
    assert told == ["ChangedMeanwhile"] * (AT_ONCE // 2) + ["done"] * (AT_ONCE // 2)
    with database.reading() as session:
        assert len(session.get_one(Cooperation, cooperation_id).changes) == 2


def test_a_registration_number_is_given_once(database: Database, fair: Fair) -> None:
    with database.writing() as session:
        organizer = session.get_one(User, fair.organizer.id)
        begun = [begin_from_meeting(session, organizer, meeting.id) for meeting in fair.meetings]
        versions = [(one.id, one.version) for one in begun]
    number = f"AT-ONCE-{fair.event.id}"
    terms = ContractTerms(ContractKind.SERVICE, date(2026, 5, 18), Decimal("12.5"), Decimal("12.5"), number)

    def record(session: Session, cooperation_id: int, version: int) -> None:
        record_contract(session, session.get_one(User, fair.organizer.id), cooperation_id, terms, version)

    told = at_once(database, [lambda session, one=one: record(session, *one) for one in versions])
    assert told == ["InvalidInput"] * (len(versions) - 1) + ["done"]
    with database.reading() as session:
        (contract,) = session.scalars(
            select(TechnologyContract).where(TechnologyContract.registration_number == number)
        )
        signed = [session.get_one(Cooperation, one).stage is Stage.CONTRACT for one, _ in versions]
        assert sum(signed) == 1
        assert contract.cooperation.stage is Stage.CONTRACT
