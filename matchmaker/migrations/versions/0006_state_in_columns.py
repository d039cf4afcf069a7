"""state that was read from the activity log gets columns; ratings in the feedback follow the meetings

Revision: 0006, after 0005
"""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STEPS = ("move", "swap", "place", "take off", "cancel", "lock", "unlock", "undo", "redo")
STANDING = sa.text("undone_at IS NULL")
SIDES = ("need", "offer")

activity = sa.table(
    "activity",
    sa.column("id", sa.Integer),
    sa.column("at", sa.DateTime),
    sa.column("actor_id", sa.Integer),
    sa.column("subject", sa.String),
    sa.column("subject_id", sa.Integer),
    sa.column("action", sa.String),
    sa.column("detail", sa.String),
)
meeting = sa.table(
    "meeting",
    sa.column("id", sa.Integer),
    sa.column("need_id", sa.Integer),
    sa.column("offer_id", sa.Integer),
    sa.column("starts_at", sa.DateTime),
    sa.column("status", sa.String),
    sa.column("need_rating", sa.Integer),
    sa.column("offer_rating", sa.Integer),
    sa.column("need_absent", sa.Boolean),
    sa.column("offer_absent", sa.Boolean),
)
participant = sa.table(
    "participant",
    sa.column("id", sa.Integer),
    sa.column("status", sa.String),
    sa.column("status_reason", sa.String),
    sa.column("availability_at", sa.DateTime),
)
assignment = sa.table(
    "assignment", sa.column("id", sa.Integer), sa.column("step", sa.String), sa.column("acts_on", sa.Integer)
)
feedback = sa.table(
    "feedback",
    sa.column("id", sa.Integer),
    sa.column("person_id", sa.Integer),
    sa.column("need_id", sa.Integer),
    sa.column("offer_id", sa.Integer),
    sa.column("side", sa.String),
    sa.column("kind", sa.String),
    sa.column("rating", sa.Integer),
    sa.column("note", sa.String),
    sa.column("at", sa.DateTime),
    sa.column("undone_at", sa.DateTime),
)


def upgrade() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("need_absent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("offer_absent", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status_reason", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("availability_at", sa.DateTime(), nullable=True))
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("step", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("acts_on", sa.Integer(), nullable=True))
    _index_standing(["person_id", "need_id", "offer_id", "kind", "side"])
    connection = op.get_bind()
    _write_absences(connection)
    _write_participants(connection)
    _write_steps(connection)
    _follow_ratings(connection)


def downgrade() -> None:
    op.execute(
        "UPDATE feedback SET undone_at = at WHERE kind = 'rated' AND side = 'offer' AND undone_at IS NULL AND EXISTS ("
        "SELECT 1 FROM feedback AS twin WHERE twin.person_id = feedback.person_id AND twin.need_id = feedback.need_id"
        " AND twin.offer_id = feedback.offer_id AND twin.kind = 'rated' AND twin.side = 'need'"
        " AND twin.undone_at IS NULL)"
    )
    _index_standing(["person_id", "need_id", "offer_id", "kind"])
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("acts_on")
        batch_op.drop_column("step")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_column("availability_at")
        batch_op.drop_column("status_reason")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_column("offer_absent")
        batch_op.drop_column("need_absent")


def _index_standing(columns: list[str]) -> None:
    op.drop_index("uq_feedback_standing", table_name="feedback")
    op.create_index(
        "uq_feedback_standing",
        "feedback",
        columns,
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def _log_lines(connection: sa.Connection, subject: str, *actions: str) -> list[Any]:
    lines = sa.select(activity).where(activity.c.subject == subject, activity.c.action.in_(actions))
    return list(connection.execute(lines.order_by(activity.c.id)))


def _write_absences(connection: sa.Connection) -> None:
    """As last logged. A no-show of which the log says nothing was one of both sides."""
    absent = {line.subject_id: line.detail.split() for line in _log_lines(connection, "meeting", "no-show")}
    for missed in connection.execute(sa.select(meeting.c.id).where(meeting.c.status == "no_show")).all():
        sides = absent.get(missed.id, SIDES)
        connection.execute(
            sa.update(meeting)
            .where(meeting.c.id == missed.id)
            .values(need_absent="need" in sides, offer_absent="offer" in sides)
        )


def _write_participants(connection: sa.Connection) -> None:
    reasons: dict[tuple[int, str], str] = {}
    said: dict[int, datetime] = {}
    statuses = {row.id: row.status for row in connection.execute(sa.select(participant.c.id, participant.c.status))}
    for line in _log_lines(connection, "participant", "availability", *set(statuses.values())):
        if line.action == "availability":
            said[line.subject_id] = line.at
        else:
            reasons[line.subject_id, line.action] = line.detail
    for participant_id, status in statuses.items():
        connection.execute(
            sa.update(participant)
            .where(participant.c.id == participant_id)
            .values(
                status_reason=reasons.get((participant_id, status), "")[:500], availability_at=said.get(participant_id)
            )
        )


def _write_steps(connection: sa.Connection) -> None:
    for line in _log_lines(connection, "assignment", *STEPS):
        acts_on = int(line.detail) if line.action in ("undo", "redo") else None
        connection.execute(
            sa.update(assignment).where(assignment.c.id == line.subject_id).values(step=line.action, acts_on=acts_on)
        )


def _follow_ratings(connection: sa.Connection) -> None:
    """Of each pair and side, let one rating stand, that of its last rated meeting; take back what was superseded."""
    standing = defaultdict(list)
    ratings = sa.select(feedback).where(feedback.c.kind == "rated", feedback.c.undone_at.is_(None))
    for row in connection.execute(ratings.order_by(feedback.c.id)):
        standing[row.need_id, row.offer_id].append(row)
    last_rated = _last_ratings(connection)
    raters = {
        (line.subject_id, line.detail.partition(":")[0]): line.actor_id
        for line in _log_lines(connection, "meeting", "rated")
    }
    undone_at = datetime.now(UTC).replace(tzinfo=None)
    for (need_id, offer_id), rows in standing.items():
        for side in SIDES:
            own = [row for row in rows if row.side == side]
            meeting_id, rating = last_rated.get((need_id, offer_id, side), (None, None))
            superseded = [row.id for row in (own if rating is None else own[:-1])]
            connection.execute(sa.update(feedback).where(feedback.c.id.in_(superseded)).values(undone_at=undone_at))
            if rating is None:
                continue
            if own:
                connection.execute(sa.update(feedback).where(feedback.c.id == own[-1].id).values(rating=rating))
                continue
            # An organizer who entered both sides had one row for the two.
            values = {"need_id": need_id, "offer_id": offer_id, "side": side, "kind": "rated", "rating": rating}
            entered = [row for row in rows if row.person_id == raters.get((meeting_id, side))]
            for row in entered[-1:]:
                connection.execute(sa.insert(feedback).values(**values, person_id=row.person_id, note="", at=row.at))


def _last_ratings(connection: sa.Connection) -> dict[tuple[int, int, str], tuple[int, int]]:
    """By need, offer and side, the last meeting that the side rated, and the rating."""
    last: dict[tuple[int, int, str], tuple[int, int]] = {}
    for row in connection.execute(sa.select(meeting).order_by(meeting.c.starts_at, meeting.c.id)):
        for side, rating in zip(SIDES, (row.need_rating, row.offer_rating), strict=True):
            if rating is not None:
                last[row.need_id, row.offer_id, side] = (row.id, rating)
    return last
