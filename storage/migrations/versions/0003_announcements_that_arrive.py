"""Announcements that arrive."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTC

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From the schema before to this one."""
    op.create_table(
        "templates",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_templates")),
    )
    op.create_table(
        "follows",
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_follows_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", "kind", "value", name=op.f("pk_follows")),
    )
    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.create_index("ix_follows_value", ["kind", "value"], unique=False)

    op.create_table(
        "announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="news", nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "approved_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("audience", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("due", UTC(), nullable=True),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("useful_until", UTC(), nullable=True),
        sa.Column("late_until", UTC(), nullable=True),
        sa.Column("is_news", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("paid", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("begun", UTC(), nullable=True),
        sa.Column("created", UTC(), nullable=False),
        sa.Column("changed", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["people.id"],
            name=op.f("fk_announcements_approved_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_announcements_made_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_announcements_meeting"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("announcements", schema=None) as batch_op:
        batch_op.create_index("ix_announcements_approved_by", ["approved_by"], unique=False)
        batch_op.create_index("ix_announcements_fingerprint", ["fingerprint"], unique=False)
        batch_op.create_index("ix_announcements_made_by", ["made_by"], unique=False)
        batch_op.create_index("ix_announcements_meeting", ["meeting"], unique=False)
        batch_op.create_index(
            "ix_announcements_late_until",
            ["late_until"],
            unique=False,
            sqlite_where=sa.text("late_until IS NOT NULL"),
            postgresql_where=sa.text("late_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_announcements_news",
            ["begun"],
            unique=False,
            sqlite_where=sa.text("is_news"),
            postgresql_where=sa.text("is_news"),
        )
        batch_op.create_index("ix_announcements_state", ["state", "id"], unique=False)

    op.create_table(
        "sendings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "announcement", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "spread_to",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "fed_to",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column(
            "swept_to",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("open", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("uncertain", sa.Integer(), server_default="0", nullable=False),
        sa.Column("errors", sa.Integer(), server_default="0", nullable=False),
        sa.Column("progress", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shown", UTC(), nullable=True),
        sa.Column("looked_for_late", UTC(), nullable=True),
        sa.Column("swept", UTC(), nullable=True),
        sa.Column("started", UTC(), nullable=False),
        sa.Column("finished", UTC(), nullable=True),
        sa.Column("summed_up", UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement"],
            ["announcements.id"],
            name=op.f("fk_sendings_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_sendings_made_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sendings", schema=None) as batch_op:
        batch_op.create_index("ix_sendings_announcement", ["announcement", "id"], unique=False)
        batch_op.create_index("ix_sendings_made_by", ["made_by"], unique=False)
        batch_op.create_index("ix_sendings_started", ["started"], unique=False)
        batch_op.create_index(
            "ix_sendings_under_way",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('spreading', 'sending', 'paused') OR open > 0"),
            postgresql_where=sa.text("state IN ('spreading', 'sending', 'paused') OR open > 0"),
        )
        batch_op.create_index(
            "ix_sendings_to_sum_up",
            ["id"],
            unique=False,
            sqlite_where=sa.text("finished IS NOT NULL AND summed_up IS NULL"),
            postgresql_where=sa.text("finished IS NOT NULL AND summed_up IS NULL"),
        )

    op.create_table(
        "taps",
        sa.Column(
            "announcement", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("button", sa.Integer(), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement"],
            ["announcements.id"],
            name=op.f("fk_taps_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_taps_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("announcement", "button", "person", name=op.f("pk_taps")),
    )
    with op.batch_alter_table("taps", schema=None) as batch_op:
        batch_op.create_index("ix_taps_person", ["person"], unique=False)

    op.create_table(
        "recipients",
        sa.Column("sending", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("outbox", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sending"], ["sendings.id"], name=op.f("fk_recipients_sending"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sending", "person", name=op.f("pk_recipients")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index(
            "ix_recipients_apart",
            ["sending", "state", "person"],
            unique=False,
            sqlite_where=sa.text("state NOT IN ('open', 'sent')"),
            postgresql_where=sa.text("state NOT IN ('open', 'sent')"),
        )

    op.create_index(
        "ix_outbox_put_off",
        "outbox",
        ["chat"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting' AND not_before IS NOT NULL"),
        postgresql_where=sa.text("state = 'waiting' AND not_before IS NOT NULL"),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("wants_news", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("wants_surveys", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("digest", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            "ix_people_digest",
            ["id"],
            unique=False,
            sqlite_where=sa.text("digest"),
            postgresql_where=sa.text("digest"),
        )
        batch_op.create_index(
            "ix_people_joined",
            ["joined"],
            unique=False,
            sqlite_where=sa.text("joined IS NOT NULL"),
            postgresql_where=sa.text("joined IS NOT NULL"),
        )
    op.create_index(
        "ix_fanouts_finished",
        "fanouts",
        ["finished"],
        unique=False,
        sqlite_where=sa.text("finished IS NOT NULL"),
        postgresql_where=sa.text("finished IS NOT NULL"),
    )
    for column, purpose in (("wants_news", "news"), ("wants_surveys", "survey")):
        op.execute(
            f"UPDATE people SET {column} = (SELECT given FROM consents WHERE person = people.id"  # noqa: S608 - both are written above
            f" AND purpose = '{purpose}' ORDER BY id DESC LIMIT 1)"
            f" WHERE id IN (SELECT person FROM consents WHERE purpose = '{purpose}')"
        )
