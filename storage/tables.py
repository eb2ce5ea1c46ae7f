"""Every table, in one MetaData: what the bot knows, row by row.

Times are aware UTC (`UTC`). Columns named `due` follow the bot's clock, which `make try` can move;
`lease`, `not_before` and `received` follow real time. A chat is a text such as `telegram:4711`:
the channel and the address in it, so that two channels never meet. Numbers that are named in a key,
a button or an `about` are never given out again, also once their rows are deleted: those tables
have `sqlite_autoincrement`.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.types import UTC

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = BigInteger().with_variant(Integer, "sqlite")
"""A row's number: 64 bits on both databases; SQLite gives numbers to INTEGER keys alone."""

_WAITING = text("state = 'waiting'")
_PUT_OFF = text("state = 'waiting' AND not_before IS NOT NULL")
_FAILED = text("state IN ('refused', 'unreachable', 'uncertain')")
_IN_LINE = text("state IN ('waiting', 'offered')")
_UNFINISHED = text("finished IS NULL")
_UNDER_WAY = text("state IN ('spreading', 'sending', 'paused') OR open > 0")
_TO_SUM_UP = text("finished IS NOT NULL AND summed_up IS NULL")
_APART = text("state NOT IN ('open', 'sent')")
_TO_BLANK = text(
    "door IS NOT NULL OR needs IS NOT NULL OR needs_text IS NOT NULL"
    " OR (person IS NULL AND name IS NOT NULL)"
)
_IN_ORDER = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is looked up by how it begins: in the order of its bytes, as on SQLite."""


def _person(*, nullable: bool = False) -> Column[int]:
    return Column(
        "person", ID, ForeignKey("people.id", ondelete="CASCADE"), nullable=nullable, index=True
    )


def _meeting(*, nullable: bool = False) -> Column[int]:
    return Column("meeting", ID, ForeignKey("meetings.id", ondelete="CASCADE"), nullable=nullable)


# The three tables of a turn.

inbox = Table(
    "inbox",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("chat", Text),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", UTC),
    Column("raw", Text),
    Column("error", Text),
    Column("received", UTC, nullable=False),
    Index("ix_inbox_waiting", "chat", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_inbox_received", "received"),
    Index("ix_inbox_chat", "chat"),
    Index(
        "ix_inbox_set_aside",
        "id",
        sqlite_where=text("state = 'set_aside'"),
        postgresql_where=text("state = 'set_aside'"),
    ),
    sqlite_autoincrement=True,
)

conversations = Table(
    "conversations",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("chat", Text, nullable=False),
    _person(),
    Column("status", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("waiting", Text),
    Column("draft", JSON),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("question", ID),
    Column("last_activity", UTC, nullable=False),
    Index(
        "ix_conversations_active",
        "chat",
        unique=True,
        sqlite_where=text("status = 'active'"),
        postgresql_where=text("status = 'active'"),
    ),
    Index("ix_conversations_chat", "chat", "id"),
    Index("ix_conversations_last_activity", "last_activity"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", _IN_ORDER, nullable=False, unique=True),
    Column("chat", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("repeat", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("once_more", Boolean, nullable=False, server_default=false()),
    Column("owner", Text),
    Column("lease", UTC),
    Column("not_before", UTC),
    Column("due", UTC, nullable=False),
    Column("useful_until", UTC),
    Column("created", UTC, nullable=False),
    Column("sent", UTC),
    Column("message_id", Text),
    Column("edits", ID),
    Column("content", JSON),
    Column("renderer", Text),
    Column("arguments", JSON),
    Column("about", Text),
    Column("error", Text),
    Index(
        "ix_outbox_waiting", "lane", "due", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
    ),
    Index(
        "ix_outbox_sending",
        "lease",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index("ix_outbox_chat", "chat", "id"),
    Index("ix_outbox_put_off", "chat", sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF),
    Index(
        "ix_outbox_edits",
        "edits",
        sqlite_where=text("edits IS NOT NULL"),
        postgresql_where=text("edits IS NOT NULL"),
    ),
    Index("ix_outbox_created", "created"),
    Index("ix_outbox_failed", "state", "created", sqlite_where=_FAILED, postgresql_where=_FAILED),
    sqlite_autoincrement=True,
)

halts = Table(
    "halts",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("until", UTC, nullable=False),
)

# People.

people = Table(
    "people",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("chat", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=true()),
    Column("reminders", Boolean, nullable=False, server_default=true()),
    Column("menu_due", Boolean, nullable=False, server_default=false()),
    Column("muted_until", UTC),
    Column("paused_until", UTC),
    Column("wants_news", Boolean, nullable=False, server_default=false()),
    Column("wants_surveys", Boolean, nullable=False, server_default=false()),
    Column("digest", Boolean, nullable=False, server_default=false()),
    Column("name", Text),
    Column("municipality", Text),
    Column("neighbourhood", Text),
    Column("part", Text),
    Column("initiative", Text),
    Column("email", Text),
    Column("adult", Boolean),
    Column("first_seen", UTC, nullable=False),
    Column("last_seen", UTC, nullable=False),
    Column("joined", UTC),
    Column("left", UTC),
    Index(
        "ix_people_role",
        "role",
        sqlite_where=text("role <> 'none'"),
        postgresql_where=text("role <> 'none'"),
    ),
    Index("ix_people_municipality", "municipality"),
    Index(
        "ix_people_menu_due",
        "id",
        sqlite_where=text("menu_due"),
        postgresql_where=text("menu_due"),
    ),
    Index(
        "ix_people_digest",
        "id",
        sqlite_where=text("digest"),
        postgresql_where=text("digest"),
    ),
    Index(
        "ix_people_joined",
        "joined",
        sqlite_where=text("joined IS NOT NULL"),
        postgresql_where=text("joined IS NOT NULL"),
    ),
    Index(
        "ix_people_members",
        "id",
        sqlite_where=text("state = 'member'"),
        postgresql_where=text("state = 'member'"),
    ),
    sqlite_autoincrement=True,
)

person_themes = Table(
    "person_themes",
    METADATA,
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("theme", Text, primary_key=True),
    Index("ix_person_themes_theme", "theme"),
)

consents = Table(
    "consents",
    METADATA,
    Column("id", ID, primary_key=True),
    _person(),
    Column("purpose", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("at", UTC, nullable=False),
    Index("ix_consents_person_purpose", "person", "purpose", "id"),
)

erasures = Table(
    "erasures",
    METADATA,
    Column("chat", Text, primary_key=True),
    Column("due", UTC, nullable=False),
)

codes = Table(
    "codes",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("subject", Text),
    Column("made_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("expires", UTC, nullable=False),
    Column("used", UTC),
    Index("ix_codes_made_by", "made_by"),
)

audit = Table(
    "audit",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("actor", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("at", UTC, nullable=False),
    Index("ix_audit_at", "at"),
    Index("ix_audit_actor", "actor"),
)

questions = Table(
    "questions",
    METADATA,
    Column("id", ID, primary_key=True),
    _person(),
    Column("text", Text, nullable=False),
    Column("asked", UTC, nullable=False),
    Column("answer", Text),
    Column("answered_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("answered", UTC),
    Index("ix_questions_answered_by", "answered_by"),
    Index("ix_questions_asked", "asked"),
    Index(
        "ix_questions_open",
        "asked",
        sqlite_where=text("answered IS NULL"),
        postgresql_where=text("answered IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# Meetings.

meetings = Table(
    "meetings",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", Text, unique=True),
    Column("uid", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, server_default="meeting"),
    Column("parent", ID, ForeignKey("meetings.id", ondelete="CASCADE")),
    Column("series", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("status", Text, nullable=False),
    Column("publishes", UTC),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("starts", UTC, nullable=False),
    Column("ends", UTC, nullable=False),
    Column("wall_start", Text, nullable=False),
    Column("wall_end", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("place", Text),
    Column("municipality", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("accessibility", Text, nullable=False, server_default=""),
    Column("link", Text),
    Column("capacity", Integer),
    Column("deadline", UTC),
    Column("audience", Text, nullable=False, server_default="all"),
    Column("languages", JSON, nullable=False),
    Column("reminders", JSON(none_as_null=True)),
    Column("host", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("host_name", Text),
    Column("created", UTC, nullable=False),
    Column("changed", UTC),
    Index("ix_meetings_starts", "starts"),
    Index("ix_meetings_ends", "ends"),
    Index("ix_meetings_host", "host"),
    Index("ix_meetings_parent", "parent", "starts"),
    Index("ix_meetings_series", "series", "starts"),
    sqlite_autoincrement=True,
)

rsvps = Table(
    "rsvps",
    METADATA,
    Column("id", ID, primary_key=True),
    _meeting(),
    _person(nullable=True),
    Column("answer", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("name", Text),
    Column("shows_name", Boolean, nullable=False, server_default=false()),
    Column("needs", JSON(none_as_null=True)),
    Column("needs_text", Text),
    Column("added_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("door", Text, unique=True),
    Column("came", UTC),
    Column("came_seats", Integer),
    Column("walked_in", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False),
    Column("created", UTC, nullable=False),
    Column("changed", UTC, nullable=False),
    UniqueConstraint("meeting", "person"),
    Index("ix_rsvps_meeting_answer", "meeting", "answer"),
    Index("ix_rsvps_added_by", "added_by"),
    Index("ix_rsvps_to_blank", "meeting", sqlite_where=_TO_BLANK, postgresql_where=_TO_BLANK),
    sqlite_autoincrement=True,
)

waiting_list = Table(
    "waiting_list",
    METADATA,
    Column("id", ID, primary_key=True),
    _meeting(),
    _person(),
    Column("state", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("name", Text),
    Column("version", Integer, nullable=False),
    Column("joined", UTC, nullable=False),
    Column("offered", UTC),
    Column("offer_until", UTC),
    Column("ended", UTC),
    Index(
        "ix_waiting_list_once",
        "meeting",
        "person",
        unique=True,
        sqlite_where=_IN_LINE,
        postgresql_where=_IN_LINE,
    ),
    Index(
        "ix_waiting_list_line",
        "meeting",
        "id",
        sqlite_where=_IN_LINE,
        postgresql_where=_IN_LINE,
    ),
    Index("ix_waiting_list_meeting", "meeting", "id"),
    sqlite_autoincrement=True,
)

fanouts = Table(
    "fanouts",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    _meeting(nullable=True),
    Column("arguments", JSON, nullable=False),
    Column("made_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("due", UTC, nullable=False),
    Column("cursor", ID, nullable=False, server_default="0"),
    Column("promised", Integer, nullable=False, server_default="0"),
    Column("finished", UTC),
    Column("created", UTC, nullable=False),
    Index(
        "ix_fanouts_unfinished",
        "kind",
        "due",
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    ),
    Index(
        "ix_fanouts_finished",
        "finished",
        sqlite_where=text("finished IS NOT NULL"),
        postgresql_where=text("finished IS NOT NULL"),
    ),
    Index("ix_fanouts_meeting", "meeting", "id"),
    Index("ix_fanouts_made_by", "made_by"),
    sqlite_autoincrement=True,
)

invitations = Table(
    "invitations",
    METADATA,
    Column("id", ID, primary_key=True),
    _meeting(),
    _person(),
    Column("fanout", ID, ForeignKey("fanouts.id", ondelete="SET NULL")),
    Column("created", UTC, nullable=False),
    UniqueConstraint("meeting", "person"),
    Index("ix_invitations_fanout", "fanout"),
)

gate_decisions = Table(
    "gate_decisions",
    METADATA,
    Column("id", ID, primary_key=True),
    _person(),
    Column("key", Text, nullable=False, unique=True),
    Column("purpose", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("at", UTC, nullable=False),
    Index("ix_gate_decisions_person_at", "person", "at"),
    Index("ix_gate_decisions_at", "at"),
)

feedback = Table(
    "feedback",
    METADATA,
    Column("id", ID, primary_key=True),
    _meeting(),
    _person(),
    Column("worth", Text, nullable=False),
    Column("words", Text),
    Column("at", UTC, nullable=False),
    UniqueConstraint("meeting", "person"),
)

meeting_notes = Table(
    "meeting_notes",
    METADATA,
    Column("id", ID, primary_key=True),
    _meeting(),
    Column("text", Text, nullable=False, server_default=""),
    Column("photo", Text),
    Column("made_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created", UTC, nullable=False),
    Index("ix_meeting_notes_meeting", "meeting", "id"),
    Index("ix_meeting_notes_made_by", "made_by"),
)

feeds = Table(
    "feeds",
    METADATA,
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("created", UTC, nullable=False),
)

# Announcements and news.

announcements = Table(
    "announcements",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default="news"),
    Column("made_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("approved_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("draft", JSON, nullable=False),
    Column("content", JSON(none_as_null=True)),
    Column("audience", JSON(none_as_null=True)),
    Column("fingerprint", Text),
    Column("due", UTC),
    Column("meeting", ID, ForeignKey("meetings.id", ondelete="SET NULL")),
    Column("minutes", Integer),
    Column("useful_until", UTC),
    Column("late_until", UTC),
    Column("is_news", Boolean, nullable=False, server_default=false()),
    Column("paid", Boolean, nullable=False, server_default=false()),
    Column("begun", UTC),
    Column("created", UTC, nullable=False),
    Column("changed", UTC, nullable=False),
    Index("ix_announcements_state", "state", "id"),
    Index("ix_announcements_made_by", "made_by"),
    Index("ix_announcements_approved_by", "approved_by"),
    Index("ix_announcements_meeting", "meeting"),
    Index("ix_announcements_fingerprint", "fingerprint"),
    Index(
        "ix_announcements_late_until",
        "late_until",
        sqlite_where=text("late_until IS NOT NULL"),
        postgresql_where=text("late_until IS NOT NULL"),
    ),
    Index(
        "ix_announcements_news",
        "begun",
        sqlite_where=text("is_news"),
        postgresql_where=text("is_news"),
    ),
    sqlite_autoincrement=True,
)

sendings = Table(
    "sendings",
    METADATA,
    Column("id", ID, primary_key=True),
    Column(
        "announcement",
        ID,
        ForeignKey("announcements.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text),
    Column("content", JSON(none_as_null=True)),
    Column("made_by", ID, ForeignKey("people.id", ondelete="SET NULL")),
    Column("spread_to", ID, nullable=False, server_default="0"),
    Column("fed_to", ID, nullable=False, server_default="0"),
    Column("swept_to", ID, nullable=False, server_default="0"),
    Column("open", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("uncertain", Integer, nullable=False, server_default="0"),
    Column("errors", Integer, nullable=False, server_default="0"),
    Column("progress", ID),
    Column("shown", UTC),
    Column("looked_for_late", UTC),
    Column("swept", UTC),
    Column("started", UTC, nullable=False),
    Column("finished", UTC),
    Column("summed_up", UTC),
    Index(
        "ix_sendings_under_way",
        "id",
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    ),
    Index(
        "ix_sendings_to_sum_up",
        "id",
        sqlite_where=_TO_SUM_UP,
        postgresql_where=_TO_SUM_UP,
    ),
    Index("ix_sendings_announcement", "announcement", "id"),
    Index("ix_sendings_started", "started"),
    Index("ix_sendings_made_by", "made_by"),
    sqlite_autoincrement=True,
)

recipients = Table(
    "recipients",
    METADATA,
    Column("sending", ID, ForeignKey("sendings.id", ondelete="CASCADE"), primary_key=True),
    Column("person", ID, primary_key=True),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("outbox", ID),
    Column("reason", Text),
    Index(
        "ix_recipients_apart",
        "sending",
        "state",
        "person",
        sqlite_where=_APART,
        postgresql_where=_APART,
    ),
    sqlite_with_rowid=False,
)
"""No foreign key to people, whose index would make a million rows twice as slow to write:
`storage.erasure` deletes them by their two numbers."""

templates = Table(
    "templates",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("content", JSON, nullable=False),
)

taps = Table(
    "taps",
    METADATA,
    Column(
        "announcement",
        ID,
        ForeignKey("announcements.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("button", Integer, primary_key=True),
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_taps_person", "person"),
)

follows = Table(
    "follows",
    METADATA,
    Column("person", ID, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Index("ix_follows_value", "kind", "value"),
)

# Learning.

surveys = Table(
    "surveys",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("title", JSON, nullable=False),
    Column("intro", JSON, nullable=False),
    Column("thanks", JSON, nullable=False),
    Column("opens", UTC),
    Column("closes", UTC),
    Column("created", UTC, nullable=False),
)

survey_questions = Table(
    "survey_questions",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("survey", ID, ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("other", Boolean, nullable=False, server_default=false()),
    Column("optional", Boolean, nullable=False, server_default=false()),
    Column("at_most", Integer),
    Column("only_if", JSON),
    Column("retired", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("survey", "key"),
)

answer_sets = Table(
    "answer_sets",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("survey", ID, ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("state", Text, nullable=False),
    Column("started", UTC, nullable=False),
    Column("finished", UTC),
    Column("put_off_until", UTC),
    UniqueConstraint("survey", "person"),
    Index("ix_answer_sets_put_off_until", "put_off_until"),
)

answers = Table(
    "answers",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("answer_set", ID, ForeignKey("answer_sets.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("value", JSON),
    Column("on_path", Boolean, nullable=False, server_default=true()),
    Column("at", UTC, nullable=False),
    UniqueConstraint("answer_set", "key"),
)

# The house itself.

settings = Table(
    "settings",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)
