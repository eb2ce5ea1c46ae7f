# ruff: noqa: PLR0915 - a step is as long as what it changes
"""Meetings that hold."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from storage.types import UTC

revision = "0002"
down_revision = "0001"

_TO_BLANK = (
    "door IS NOT NULL OR needs IS NOT NULL OR needs_text IS NOT NULL"
    " OR (person IS NULL AND name IS NOT NULL)"
)


def upgrade() -> None:
    """From the schema before to this one."""
    op.create_table(
        "feeds",
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_feeds_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_feeds_digest")),
    )
    op.create_table(
        "gate_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_gate_decisions_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_decisions")),
        sa.UniqueConstraint("key", name=op.f("uq_gate_decisions_key")),
    )
    with op.batch_alter_table("gate_decisions", schema=None) as batch_op:
        batch_op.create_index("ix_gate_decisions_at", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_gate_decisions_person"), ["person"], unique=False)
        batch_op.create_index("ix_gate_decisions_person_at", ["person", "at"], unique=False)

    op.create_table(
        "fanouts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due", UTC(), nullable=False),
        sa.Column(
            "cursor",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.Column("promised", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finished", UTC(), nullable=True),
        sa.Column("created", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_fanouts_made_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_fanouts_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fanouts")),
        sa.UniqueConstraint("key", name=op.f("uq_fanouts_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fanouts", schema=None) as batch_op:
        batch_op.create_index("ix_fanouts_made_by", ["made_by"], unique=False)
        batch_op.create_index("ix_fanouts_meeting", ["meeting", "id"], unique=False)
        batch_op.create_index(
            "ix_fanouts_unfinished",
            ["kind", "due"],
            unique=False,
            sqlite_where=sa.text("finished IS NULL"),
            postgresql_where=sa.text("finished IS NULL"),
        )

    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("worth", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_feedback_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_feedback_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("meeting", "person", name=op.f("uq_feedback_meeting_person")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_person"), ["person"], unique=False)

    op.create_table(
        "meeting_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_meeting_notes_made_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_meeting_notes_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_notes")),
    )
    with op.batch_alter_table("meeting_notes", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_notes_made_by", ["made_by"], unique=False)
        batch_op.create_index("ix_meeting_notes_meeting", ["meeting", "id"], unique=False)

    op.create_table(
        "waiting_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("joined", UTC(), nullable=False),
        sa.Column("offered", UTC(), nullable=True),
        sa.Column("offer_until", UTC(), nullable=True),
        sa.Column("ended", UTC(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_waiting_list_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_waiting_list_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("waiting_list", schema=None) as batch_op:
        batch_op.create_index(
            "ix_waiting_list_line",
            ["meeting", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        )
        batch_op.create_index("ix_waiting_list_meeting", ["meeting", "id"], unique=False)
        batch_op.create_index(
            "ix_waiting_list_once",
            ["meeting", "person"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting', 'offered')"),
            postgresql_where=sa.text("state IN ('waiting', 'offered')"),
        )
        batch_op.create_index(batch_op.f("ix_waiting_list_person"), ["person"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("meeting", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fanout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created", UTC(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fanout"], ["fanouts.id"], name=op.f("fk_invitations_fanout"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meetings.id"], name=op.f("fk_invitations_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["people.id"], name=op.f("fk_invitations_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("meeting", "person", name=op.f("uq_invitations_meeting_person")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index("ix_invitations_fanout", ["fanout"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_person"), ["person"], unique=False)

    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject", sa.Text(), nullable=True))

    with op.batch_alter_table("meetings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("uid", sa.Text(), nullable=True))
    _give_uids()
    numbered = {"sqlite_autoincrement": True}
    with op.batch_alter_table("meetings", schema=None, table_kwargs=numbered) as batch_op:
        batch_op.alter_column("uid", existing_type=sa.Text(), nullable=False)
        batch_op.add_column(sa.Column("kind", sa.Text(), server_default="meeting", nullable=False))
        batch_op.add_column(
            sa.Column("parent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("series", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("publishes", UTC(), nullable=True))
        batch_op.add_column(sa.Column("municipality", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("latitude", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("longitude", sa.Float(), nullable=True))
        batch_op.add_column(
            sa.Column("accessibility", sa.Text(), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("audience", sa.Text(), server_default="all", nullable=False))
        batch_op.add_column(sa.Column("reminders", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("host_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("changed", UTC(), nullable=True))
        batch_op.create_index("ix_meetings_ends", ["ends"], unique=False)
        batch_op.create_index("ix_meetings_parent", ["parent", "starts"], unique=False)
        batch_op.create_index("ix_meetings_series", ["series", "starts"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_meetings_uid"), ["uid"])
        batch_op.create_foreign_key(
            batch_op.f("fk_meetings_parent"), "meetings", ["parent"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_until", UTC(), nullable=True))

    with op.batch_alter_table("rsvps", schema=None, table_kwargs=numbered) as batch_op:
        batch_op.add_column(
            sa.Column("shows_name", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("needs", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("needs_text", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("door", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("came", UTC(), nullable=True))
        batch_op.add_column(sa.Column("came_seats", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("walked_in", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.alter_column("person", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index("ix_rsvps_added_by", ["added_by"], unique=False)
        batch_op.create_index(
            "ix_rsvps_to_blank",
            ["meeting"],
            unique=False,
            sqlite_where=sa.text(_TO_BLANK),
            postgresql_where=sa.text(_TO_BLANK),
        )
        batch_op.create_unique_constraint(batch_op.f("uq_rsvps_door"), ["door"])
        batch_op.create_foreign_key(
            batch_op.f("fk_rsvps_added_by"), "people", ["added_by"], ["id"], ondelete="SET NULL"
        )

    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("outbox", "key", type_=sa.Text(collation="C"), existing_nullable=False)


def _give_uids() -> None:
    """Every meeting gets the name that it keeps in people's calendars."""
    meetings = sa.table("meetings", sa.column("id"), sa.column("uid"))
    connection = op.get_bind()
    for number in connection.execute(sa.select(meetings.c.id)).scalars().all():
        named = sa.update(meetings).where(meetings.c.id == number).values(uid=uuid4().hex)
        connection.execute(named)
