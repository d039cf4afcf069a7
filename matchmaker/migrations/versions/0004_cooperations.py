"""cooperations and technology contracts

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = sa.text("stage NOT IN ('completed', 'failed')")


def upgrade() -> None:
    op.create_table(
        "cooperation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("need_organization_id", sa.Integer(), nullable=False),
        sa.Column("offer_organization_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("need_organization_id <> offer_organization_id", name="ck_cooperation_two_organizations"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_cooperation_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_cooperation_meeting_id_meeting"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_cooperation_need_id_need")),
        sa.ForeignKeyConstraint(
            ["need_organization_id"], ["organization.id"], name=op.f("fk_cooperation_need_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_cooperation_offer_id_offer")),
        sa.ForeignKeyConstraint(
            ["offer_organization_id"],
            ["organization.id"],
            name=op.f("fk_cooperation_offer_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation")),
    )
    with op.batch_alter_table("cooperation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cooperation_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cooperation_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cooperation_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cooperation_need_organization_id"), ["need_organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cooperation_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cooperation_offer_organization_id"), ["offer_organization_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cooperation_stage"), ["stage"], unique=False)
        batch_op.create_index(
            "uq_cooperation_open_meeting", ["meeting_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
        batch_op.create_index(
            "uq_cooperation_open_pair", ["need_id", "offer_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )

    op.create_table(
        "cooperation_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cooperation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("stage_before", sa.String(40), nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cooperation_id"], ["cooperation.id"], name=op.f("fk_cooperation_change_cooperation_id_cooperation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user_account.id"], name=op.f("fk_cooperation_change_person_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperation_change")),
    )
    with op.batch_alter_table("cooperation_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cooperation_change_cooperation_id"), ["cooperation_id"], unique=False)

    op.create_table(
        "technology_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cooperation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("contract_value", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("technology_value", sa.Numeric(precision=14, scale=6), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "contract_value > 0 AND technology_value >= 0 AND technology_value <= contract_value",
            name="ck_technology_contract_values",
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["organization.id"], name=op.f("fk_technology_contract_buyer_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["cooperation_id"], ["cooperation.id"], name=op.f("fk_technology_contract_cooperation_id_cooperation")
        ),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["organization.id"], name=op.f("fk_technology_contract_seller_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technology_contract")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_technology_contract_registration_number")),
    )
    with op.batch_alter_table("technology_contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_technology_contract_buyer_id"), ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_technology_contract_cooperation_id"), ["cooperation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_technology_contract_seller_id"), ["seller_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("technology_contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_technology_contract_seller_id"))
        batch_op.drop_index(batch_op.f("ix_technology_contract_cooperation_id"))
        batch_op.drop_index(batch_op.f("ix_technology_contract_buyer_id"))

    op.drop_table("technology_contract")
    with op.batch_alter_table("cooperation_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cooperation_change_cooperation_id"))

    op.drop_table("cooperation_change")
    with op.batch_alter_table("cooperation", schema=None) as batch_op:
        batch_op.drop_index("uq_cooperation_open_pair", sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.drop_index("uq_cooperation_open_meeting", sqlite_where=OPEN, postgresql_where=OPEN)
        batch_op.drop_index(batch_op.f("ix_cooperation_stage"))
        batch_op.drop_index(batch_op.f("ix_cooperation_offer_organization_id"))
        batch_op.drop_index(batch_op.f("ix_cooperation_offer_id"))
        batch_op.drop_index(batch_op.f("ix_cooperation_need_organization_id"))
        batch_op.drop_index(batch_op.f("ix_cooperation_need_id"))
        batch_op.drop_index(batch_op.f("ix_cooperation_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_cooperation_event_id"))

    op.drop_table("cooperation")
