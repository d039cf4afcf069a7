"""Schema and transactions on both databases that the platform supports."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from matchmaker.domain.activity import Activity
from matchmaker.domain.base import Base
from matchmaker.domain.cooperation import ChangeCause, Cooperation, Stage
from matchmaker.domain.corpus import CorpusRevision
from matchmaker.domain.events.event import Meeting, Participant, PlanVersion, ScheduleRow
from matchmaker.domain.learning.feedback import Feedback
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import (
    CooperationMode,
    MeetingStatus,
    NextStep,
    OfferKind,
    OrganizationKind,
    ParticipantStatus,
    PlanOrigin,
    PostingStatus,
    Side,
)
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.services.database import Database
from matchmaker.services.finding.recommendations import matches_for
from matchmaker.services.indexing.search_index import SearchIndex
from matchmaker.services.posting.postings import bump_revision
from matchmaker.services.vocabularies import load_reference, vocabularies

ON_POSTGRES = pytest.param("postgres", marks=[pytest.mark.slow, pytest.mark.xdist_group("postgres")])


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    else:
        database = Database(request.getfixturevalue("postgres_url"))
        with database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield database
    database.engine.dispose()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A migrated database, empty but for what migrations put there."""
    empty_database.upgrade()
    return empty_database


def test_migrations_make_the_tables_that_the_models_describe(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
    assert database.is_current()


def test_upgrading_again_keeps_all_rows(database: Database) -> None:
    with database.writing() as session:
        load_reference(session)
        session.add(Organization(name="示例轴承厂", kind=OrganizationKind.ENTERPRISE, district_code="jianxi"))
        session.commit()
    database.upgrade()
    with database.reading() as session:
        load_reference_again = vocabularies(session)
        assert load_reference_again["district"]["涧西区"] == "jianxi"
        assert session.scalars(select(Organization.name)).all() == ["示例轴承厂"]


_EVENT_OF_REVISION_2 = (
    "INSERT INTO organization VALUES (1, '示例轴承厂', 'enterprise', '', NULL, NULL, '', '', '', '', '', '', :t, :t)",
    "INSERT INTO organization VALUES (2, '示例大学', 'university', '', NULL, NULL, '', '', '', '', '', '', :t, :t)",
    "INSERT INTO event VALUES (1, 'docking', '对接会', '会展中心', '', '', 'finished', 20, 5, 6, 2, :t, :t, :t)",
    "INSERT INTO participant VALUES (1, 1, 'need', 1, NULL, 1, 6, '')",
    "INSERT INTO participant VALUES (2, 1, 'offer', 2, NULL, 1, 6, '')",
    "INSERT INTO assignment VALUES (1, 1, 1, :t, NULL, true, true, '[[1, 2, 88.0]]', '[]')",
    "INSERT INTO assignment VALUES (2, 1, 2, :t, NULL, false, false, '[[1, 2, 88.0]]', '[]')",
    "INSERT INTO meeting VALUES"
    " (1, 1, 1, 2, NULL, NULL, 88.0, '{}', false, '2026-05-18 09:20:00.000000', 3, 'held', 4, 5, 'visit')",
)


_MEETING_OF_REVISION_3 = (
    "INSERT INTO organization (id, name, kind, city, introduction, address, website, contact_name, contact_phone,"
    " contact_email, created_at, updated_at) VALUES"
    " (1, '示例轴承厂', 'enterprise', '', '', '', '', '', '', '', :t, :t),"
    " (2, '示例大学', 'university', '', '', '', '', '', '', '', :t, :t)",
    "INSERT INTO event (id, kind, name, place, organizer, description, status, slot_minutes, table_count,"
    " default_max_meetings, plan_version, created_at, updated_at)"
    " VALUES (1, 'docking', '对接会', '会展中心', '', '', 'finished', 20, 5, 6, 1, :t, :t)",
    "INSERT INTO participant (id, event_id, side, organization_id, min_meetings, max_meetings, booth, code)"
    " VALUES (1, 1, 'need', 1, 1, 6, '', 'AAAAAAAA'), (2, 1, 'offer', 2, 1, 6, '', 'BBBBBBBB')",
    "INSERT INTO meeting (id, event_id, need_side_id, offer_side_id, score, reason, pinned, starts_at, table_number,"
    " status, need_rating, need_next_step) VALUES (1, 1, 1, 2, 88.0, '{}', false, :t, 3, 'held', 4, 'visit')",
)


def test_events_of_an_older_version_keep_their_plans(empty_database: Database) -> None:
    empty_database.upgrade("0002")
    with empty_database.engine.begin() as connection:
        for statement in _EVENT_OF_REVISION_2:
            values = {"t": datetime(2026, 5, 1)} if ":t" in statement else {}
            connection.execute(text(statement), values)
    empty_database.upgrade()
    with empty_database.reading() as session:
        (meeting,) = session.scalars(select(Meeting)).all()
        first, latest = session.scalars(select(PlanVersion).order_by(PlanVersion.version)).all()
        assert (meeting.need_next_step, meeting.offer_next_step) == (NextStep.VISIT, NextStep.VISIT)
        assert first.schedule == [ScheduleRow(1, 2, None, None, False, MeetingStatus.PLANNED)]
        held_at = datetime(2026, 5, 18, 9, 20)
        assert latest.schedule == [ScheduleRow(1, 2, held_at, 3, False, MeetingStatus.HELD)]
        assert (first.origin, latest.origin) == (PlanOrigin.BUILT, PlanOrigin.CHANGED)
        participants = session.scalars(select(Participant)).all()
        assert {len(participant.code) for participant in participants} == {8}
        assert {participant.status for participant in participants} == {ParticipantStatus.CONFIRMED}


def test_an_installation_without_cooperations_gets_them_and_keeps_its_meetings(empty_database: Database) -> None:
    empty_database.upgrade("0003")
    with empty_database.engine.begin() as connection:
        for statement in _MEETING_OF_REVISION_3:
            connection.execute(text(statement), {"t": datetime(2026, 5, 1)})
    empty_database.upgrade()
    with empty_database.writing() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert (meeting.need_rating, meeting.need_next_step) == (4, NextStep.VISIT)
        cooperation = Cooperation(
            need_organization_id=1, offer_organization_id=2, event_id=1, meeting_id=meeting.id, title="示例合作"
        )
        cooperation.change(None, Stage.CONTACT, ChangeCause.HAND, "", None)
        session.add(cooperation)
        session.commit()
        session.delete(meeting)
        session.commit()
        session.refresh(cooperation)
        assert (cooperation.meeting_id, cooperation.event_id) == (None, 1)


_LONG_AGO = datetime(2026, 5, 1)
_EMPTY: Mapping[type, object] = {str: "", int: 0, float: 0.0, bool: False, datetime: _LONG_AGO}


def add(connection: Connection, table_name: str, *rows: Mapping[str, object]) -> None:
    """Rows of an older version's table, by what the database itself says of it; what they need not say is empty."""
    table = Table(table_name, MetaData(), autoload_with=connection)
    needed = [column for column in table.columns if not column.nullable and column.server_default is None]
    for row in rows:
        connection.execute(
            insert(table).values({c.name: _EMPTY.get(c.type.python_type, []) for c in needed} | dict(row))
        )


@pytest.fixture
def revision_5(empty_database: Database) -> Database:
    """The version before state left the log: two organizations at an event, their people and an organizer."""
    empty_database.upgrade("0005")
    with empty_database.engine.begin() as connection:
        for statement in _MEETING_OF_REVISION_3:
            connection.execute(text(statement), {"t": _LONG_AGO})
        people = ("organizer", "engineer", "colleague", "researcher")
        add(connection, "user_account", *({"id": n, "email": name} for n, name in enumerate(people, start=1)))
    return empty_database


def test_what_was_read_from_the_log_of_an_older_version_stands_in_columns(revision_5: Database) -> None:
    lines = (
        ("participant", 3, "applied", "想见三家"),
        ("participant", 3, "rejected", "名额已满"),
        ("participant", 1, "availability", "6/9"),
        ("participant", 1, "confirmed", ""),
        ("meeting", 2, "no-show", "need offer"),
        ("meeting", 2, "no-show", "offer"),
        ("assignment", 11, "take off", ""),
        ("assignment", 12, "undo", "1"),
    )
    with revision_5.engine.begin() as connection:
        for n, (side, status) in enumerate((("need", "rejected"), ("offer", "invited")), start=3):
            row = {"id": n, "event_id": 1, "side": side, "organization_id": n - 2, "code": str(n), "status": status}
            add(connection, "participant", row | {"organization_id": 5 - n})
        pairs = [{"id": 2, "need_side_id": 1, "offer_side_id": 4}, {"id": 3, "need_side_id": 3, "offer_side_id": 2}]
        add(connection, "meeting", *(pair | {"event_id": 1, "status": "no_show"} for pair in pairs))
        add(
            connection, "assignment", *({"id": 10 + n, "event_id": 1, "version": n, "made_by_id": 1} for n in (1, 2, 3))
        )
        keys = ("subject", "subject_id", "action", "detail")
        add(
            connection,
            "activity",
            *({"id": n, **dict(zip(keys, line, strict=True))} for n, line in enumerate(lines, 1)),
        )
    revision_5.upgrade()
    with revision_5.reading() as session:
        held, missed, unlogged = session.scalars(select(Meeting).order_by(Meeting.id))
        assert (held.absent, missed.absent) == (frozenset(), {Side.OFFER})
        assert unlogged.absent == frozenset(Side), "a no-show of which nothing more is known"
        coming, _, refused, invited = session.scalars(select(Participant).order_by(Participant.id))
        assert [row.status_reason for row in (coming, refused, invited)] == ["", "名额已满", ""]
        assert coming.availability_at == _LONG_AGO.replace(tzinfo=UTC)
        assert (refused.availability_at, invited.availability_at) == (None, None)
        made = session.scalars(select(PlanVersion).order_by(PlanVersion.version)).all()
        assert [(version.step, version.acts_on) for version in made] == [("take off", None), ("undo", 1), (None, None)]
        assert session.scalar(select(func.count()).select_from(Activity)) == len(lines), "the log keeps its lines"


Said = tuple[int, int, str, int]
"""A rating in the feedback: person, need, side, stars."""


@pytest.mark.parametrize(
    ("kept", "stands"),
    [
        pytest.param([(2, 1, "need", 1), (3, 1, "need", 4)], [(3, 1, "need", 4)], id="a colleague rated again"),
        pytest.param([(2, 2, "need", 1)], [], id="a colleague withdrew"),
        pytest.param([(1, 3, "need", 4)], [(1, 3, "need", 5), (1, 3, "offer", 3)], id="an organizer entered both"),
        pytest.param(
            [(2, 3, "need", 5), (4, 3, "offer", 3)], [(2, 3, "need", 5), (4, 3, "offer", 3)], id="all as it should be"
        ),
    ],
)
def test_ratings_of_an_older_version_follow_the_meetings(
    revision_5: Database, kept: list[Said], stands: list[Said]
) -> None:
    with revision_5.engine.begin() as connection:
        for number in (1, 2, 3):
            add(connection, "need", {"id": number, "organization_id": 1})
        add(connection, "offer", {"id": 1, "organization_id": 2})
        # Of the first meeting only the need side's rating is left, of the second none, of the third both.
        connection.execute(text("UPDATE meeting SET need_id = 1, offer_id = 1, need_rating = 4"))
        for number, need_rating, offer_rating in ((2, None, None), (3, 5, 3)):
            organization = {"event_id": 1, "side": "need", "organization_id": number, "code": str(number)}
            add(connection, "organization", {"id": number + 1, "name": str(number)})
            add(connection, "participant", organization | {"id": number + 1, "organization_id": number + 1})
            row = {"id": number, "event_id": 1, "need_side_id": number + 1, "offer_side_id": 2, "status": "held"}
            row |= {"need_id": number, "offer_id": 1, "need_rating": need_rating, "offer_rating": offer_rating}
            add(connection, "meeting", row)
        for number, (person, need, side, stars) in enumerate(kept, start=1):
            row = {"id": 100 + number, "person_id": person, "need_id": need, "offer_id": 1, "side": side}
            add(connection, "feedback", row | {"kind": "rated", "rating": stars})
            line = {"subject": "meeting", "subject_id": need, "action": "rated", "actor_id": person}
            add(
                connection,
                "activity",
                *(line | {"id": 10 * number + n, "detail": f"{word}: 3"} for n, word in enumerate((side, "offer"))),
            )
    revision_5.upgrade()
    with revision_5.reading() as session:
        all_rows = session.scalars(select(Feedback).order_by(Feedback.id)).all()
        standing = [row for row in all_rows if row.undone_at is None]
        assert sorted((row.person_id, row.need_id, row.side.value, row.rating) for row in standing) == stands
        assert {row.id for row in all_rows} >= {100 + number for number in range(1, len(kept) + 1)}, (
            "what was superseded stays on record"
        )


def test_what_is_not_committed_is_undone(database: Database) -> None:
    with database.writing() as session:
        session.add(Organization(name="半途而废", kind=OrganizationKind.ENTERPRISE))
        session.flush()
    with database.reading() as session:
        assert session.scalars(select(Organization)).all() == []


def test_concurrent_changes_each_get_a_revision_of_their_own(database: Database) -> None:
    with database.writing() as session:
        session.add(Organization(id=1, name="示例单位", kind=OrganizationKind.ENTERPRISE))
        session.commit()
    failures: list[Exception] = []

    def post(number: int) -> None:
        try:
            with database.writing() as session:
                need = Need(organization_id=1, title=f"需求{number}", status=PostingStatus.PUBLISHED)
                session.add(need)
                bump_revision(session, need)
                session.commit()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert sorted(session.scalars(select(Need.revision))) == list(range(1, 13))
        assert session.scalar(select(CorpusRevision.value)) == 12


def test_matching_works_on_either_database(database: Database, encoder: Encoder) -> None:
    with database.writing() as session:
        load_reference(session)
        enterprise = Organization(name="示例轴承厂", kind=OrganizationKind.ENTERPRISE)
        university = Organization(name="示例大学", kind=OrganizationKind.UNIVERSITY)
        need = Need(organization=enterprise, title="高铁轴承疲劳寿命不足", status=PostingStatus.PUBLISHED)
        need.cooperation_modes = frozenset({CooperationMode.JOINT_DEVELOPMENT, CooperationMode.LICENSE})
        offers = [
            Offer(organization=university, kind=OfferKind.OUTCOME, title=title, status=PostingStatus.PUBLISHED)
            for title in ("牡丹花色素提取", "轴承滚道表面强化与疲劳寿命提升")
        ]
        session.add_all([need, *offers])
        bump_revision(session, need, *offers)
        session.commit()
        search_index = SearchIndex(database, encoder)
        ranked = matches_for(session, search_index, None, need)
        assert ranked[0].posting is offers[1]
        assert search_index.status().revision == search_index.status().database_revision
        session.expire_all()
        assert need.cooperation_modes == {CooperationMode.JOINT_DEVELOPMENT, CooperationMode.LICENSE}
