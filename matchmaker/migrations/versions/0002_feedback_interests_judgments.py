"""feedback, interests, judgments, spreads of rankings

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STANDING_FEEDBACK = sa.text("undone_at IS NULL")
STANDING_INTEREST = sa.text("status IN ('asked', 'questioned', 'accepted')")


def upgrade() -> None:
    op.create_table(
        "ranking_spread",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("previous", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_ranking_spread_need_id_need")),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_ranking_spread")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(40), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_feedback_need_id_need")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_feedback_offer_id_offer")),
        sa.ForeignKeyConstraint(["person_id"], ["user_account.id"], name=op.f("fk_feedback_person_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(
            "uq_feedback_standing",
            ["person_id", "need_id", "offer_id", "kind"],
            unique=True,
            sqlite_where=STANDING_FEEDBACK,
            postgresql_where=STANDING_FEEDBACK,
        )

    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_interest_need_id_need")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_interest_offer_id_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_status"), ["status"], unique=False)
        batch_op.create_index(
            "uq_interest_standing",
            ["need_id", "offer_id"],
            unique=True,
            sqlite_where=STANDING_INTEREST,
            postgresql_where=STANDING_INTEREST,
        )

    op.create_table(
        "judgment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grader_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["grader_id"], ["user_account.id"], name=op.f("fk_judgment_grader_id_user_account")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_judgment_need_id_need")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_judgment_offer_id_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgment")),
        sa.UniqueConstraint("grader_id", "need_id", "offer_id", name=op.f("uq_judgment_grader_id_need_id_offer_id")),
    )
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.create_index("ix_judgment_pair", ["need_id", "offer_id"], unique=False)

    op.create_table(
        "interest_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interest_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["interest_id"], ["interest.id"], name=op.f("fk_interest_step_interest_id_interest")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user_account.id"], name=op.f("fk_interest_step_person_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_step")),
    )
    with op.batch_alter_table("interest_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_step_interest_id"), ["interest_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("interest_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_step_interest_id"))

    op.drop_table("interest_step")
    with op.batch_alter_table("judgment", schema=None) as batch_op:
        batch_op.drop_index("ix_judgment_pair")

    op.drop_table("judgment")
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interest_standing",
            sqlite_where=STANDING_INTEREST,
            postgresql_where=STANDING_INTEREST,
        )
        batch_op.drop_index(batch_op.f("ix_interest_status"))
        batch_op.drop_index(batch_op.f("ix_interest_offer_id"))
        batch_op.drop_index(batch_op.f("ix_interest_need_id"))

    op.drop_table("interest")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_feedback_standing",
            sqlite_where=STANDING_FEEDBACK,
            postgresql_where=STANDING_FEEDBACK,
        )
        batch_op.drop_index(batch_op.f("ix_feedback_offer_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_need_id"))

    op.drop_table("feedback")
    op.drop_table("ranking_spread")
