"""schedules of events: versions with certificates, rooms, delegates, requests, blocks, check-in

Revision: 0003, after 0002
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STANDING_REQUEST = sa.text("status IN ('requested', 'accepted')")
OCCUPYING = sa.text("starts_at IS NOT NULL AND status IN ('planned', 'held')")


def upgrade() -> None:
    op.create_table(
        "event_room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("table_count", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_room_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_room")),
    )
    with op.batch_alter_table("event_room", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_room_event_id"), ["event_id"], unique=False)

    op.create_table(
        "print_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_print_template_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_template")),
        sa.UniqueConstraint("what", "name", name=op.f("uq_print_template_what_name")),
    )
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("blocked_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["blocked_id"], ["organization.id"], name=op.f("fk_block_blocked_id_organization")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_block_made_by_id_user_account")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_block_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("organization_id", "blocked_id", name=op.f("uq_block_organization_id_blocked_id")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_blocked_id"), ["blocked_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_block_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "delegate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_delegate_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_delegate_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegate")),
        sa.UniqueConstraint("code", name=op.f("uq_delegate_code")),
    )
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegate_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegate_user_id"), ["user_id"], unique=False)

    op.create_table(
        "meeting_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("need_side_id", sa.Integer(), nullable=False),
        sa.Column("offer_side_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_meeting_request_answered_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_meeting_request_event_id_event")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_meeting_request_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["need_side_id"], ["participant.id"], name=op.f("fk_meeting_request_need_side_id_participant")
        ),
        sa.ForeignKeyConstraint(
            ["offer_side_id"], ["participant.id"], name=op.f("fk_meeting_request_offer_side_id_participant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_request")),
    )
    with op.batch_alter_table("meeting_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_request_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_request_need_side_id"), ["need_side_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_request_offer_side_id"), ["offer_side_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_request_status"), ["status"], unique=False)
        batch_op.create_index(
            "uq_meeting_request_standing",
            ["event_id", "need_side_id", "offer_side_id"],
            unique=True,
            sqlite_where=STANDING_REQUEST,
            postgresql_where=STANDING_REQUEST,
        )

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(40), nullable=False, server_default="changed"))
        batch_op.add_column(sa.Column("note", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("seed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("input_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("certificate", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("schedule", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("UPDATE assignment SET origin = 'built' WHERE built")
    _write_schedules()

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("built")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("time_zone", sa.String(length=40), nullable=False, server_default="Asia/Shanghai")
        )
        batch_op.add_column(sa.Column("compact", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("registration_open", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("registration_until", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("requests_until", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("request_hours", sa.Integer(), nullable=False, server_default="24"))
        batch_op.add_column(sa.Column("request_minutes_on_the_day", sa.Integer(), nullable=False, server_default="15"))
        batch_op.add_column(sa.Column("published_version", sa.Integer(), nullable=True))

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("need_next_step", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("offer_next_step", sa.String(40), nullable=True))
    op.execute("UPDATE meeting SET need_next_step = next_step, offer_next_step = next_step")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(
            "uq_meeting_slot_need_side_id",
            ["event_id", "starts_at", "need_side_id"],
            unique=True,
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.create_index(
            "uq_meeting_slot_offer_side_id",
            ["event_id", "starts_at", "offer_side_id"],
            unique=True,
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.create_index(
            "uq_meeting_slot_table_number",
            ["event_id", "starts_at", "table_number"],
            unique=True,
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.drop_column("next_step")

    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_name", sa.String(length=120), nullable=False, server_default=""))

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("room_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("table_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("status", sa.String(40), nullable=False, server_default="confirmed"))
        batch_op.add_column(sa.Column("unavailable", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("note", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("code", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("checked_in_at", sa.DateTime(), nullable=True))
    _give_codes()

    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.alter_column("code", existing_type=sa.String(length=8), nullable=False)
        batch_op.create_index(batch_op.f("ix_participant_status"), ["status"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_participant_code"), ["code"])
        batch_op.create_foreign_key(batch_op.f("fk_participant_room_id_event_room"), "event_room", ["room_id"], ["id"])


def _write_schedules() -> None:
    """Give older versions the pairs without places, and each event's latest the places its meetings have."""
    connection = op.get_bind()
    assignment = sa.table(
        "assignment",
        sa.column("id", sa.Integer),
        sa.column("event_id", sa.Integer),
        sa.column("version", sa.Integer),
        sa.column("pairs", sa.JSON),
        sa.column("schedule", sa.JSON),
    )
    meeting = sa.table(
        "meeting",
        sa.column("event_id", sa.Integer),
        sa.column("need_side_id", sa.Integer),
        sa.column("offer_side_id", sa.Integer),
        sa.column("starts_at", sa.DateTime),
        sa.column("table_number", sa.Integer),
        sa.column("status", sa.String),
    )
    places = {
        (m.event_id, m.need_side_id, m.offer_side_id): (
            m.starts_at and m.starts_at.isoformat(timespec="minutes"),
            m.table_number,
            False,
            m.status,
        )
        for m in connection.execute(sa.select(meeting))
    }
    latest: dict[int, int] = {}
    for event_id, version in connection.execute(sa.select(assignment.c.event_id, assignment.c.version)).all():
        latest[event_id] = max(version, latest.get(event_id, 0))
    for row in connection.execute(sa.select(assignment)).all():
        known = places if row.version == latest[row.event_id] else {}
        schedule = [
            [need, offer, *known.get((row.event_id, need, offer), (None, None, False, "planned"))]
            for need, offer, _ in row.pairs
        ]
        connection.execute(sa.update(assignment).where(assignment.c.id == row.id).values(schedule=schedule))


def _give_codes() -> None:
    connection = op.get_bind()
    participant = sa.table("participant", sa.column("id", sa.Integer), sa.column("code", sa.String))
    for participant_id in connection.scalars(sa.select(participant.c.id)).all():
        code = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(8))
        connection.execute(sa.update(participant).where(participant.c.id == participant_id).values(code=code))


def downgrade() -> None:
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_participant_room_id_event_room"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_participant_code"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_participant_status"))
        batch_op.drop_column("checked_in_at")
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("code")
        batch_op.drop_column("note")
        batch_op.drop_column("unavailable")
        batch_op.drop_column("status")
        batch_op.drop_column("table_number")
        batch_op.drop_column("room_id")

    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("group_name")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_step", sa.String(40), nullable=True))
    op.execute("UPDATE meeting SET next_step = need_next_step")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_slot_table_number",
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.drop_index(
            "uq_meeting_slot_offer_side_id",
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.drop_index(
            "uq_meeting_slot_need_side_id",
            sqlite_where=OCCUPYING,
            postgresql_where=OCCUPYING,
        )
        batch_op.drop_column("offer_next_step")
        batch_op.drop_column("need_next_step")
        batch_op.drop_column("locked")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("published_version")
        batch_op.drop_column("request_minutes_on_the_day")
        batch_op.drop_column("request_hours")
        batch_op.drop_column("requests_until")
        batch_op.drop_column("registration_until")
        batch_op.drop_column("registration_open")
        batch_op.drop_column("compact")
        batch_op.drop_column("time_zone")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("built", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE assignment SET built = :yes WHERE origin = 'built'").bindparams(yes=True))

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("schedule")
        batch_op.drop_column("published_at")
        batch_op.drop_column("certificate")
        batch_op.drop_column("input_hash")
        batch_op.drop_column("seed")
        batch_op.drop_column("note")
        batch_op.drop_column("origin")

    with op.batch_alter_table("meeting_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_request_standing",
            sqlite_where=STANDING_REQUEST,
            postgresql_where=STANDING_REQUEST,
        )
        batch_op.drop_index(batch_op.f("ix_meeting_request_status"))
        batch_op.drop_index(batch_op.f("ix_meeting_request_offer_side_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_request_need_side_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_request_event_id"))

    op.drop_table("meeting_request")
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegate_user_id"))
        batch_op.drop_index(batch_op.f("ix_delegate_participant_id"))

    op.drop_table("delegate")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_organization_id"))
        batch_op.drop_index(batch_op.f("ix_block_blocked_id"))

    op.drop_table("block")
    op.drop_table("print_template")
    with op.batch_alter_table("event_room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_room_event_id"))

    op.drop_table("event_room")
