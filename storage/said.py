"""What stands in a chat by now: the last messages of the bot's, and what each was about."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, select, text

from storage import templates
from storage.outbox import Content, Kind
from storage.tables import outbox
from storage.transaction import Tx

_CONTENT: Final = select(outbox.c.content).where(outbox.c.id == bindparam("row"))


def content(tx: Tx, row: int) -> Content | None:
    """What a row says, if it is still there."""
    found: Content | None = tx.execute(_CONTENT, {"row": row}).scalar()
    return found


_ABOUT: Final = (
    select(outbox.c.about)
    .where(outbox.c.chat == bindparam("chat"), outbox.c.message_id == bindparam("message"))
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_SAID: Final = text(
    "(outbox.state IN ('sent', 'sending') OR outbox.state = 'waiting' AND outbox.renderer IS NULL)"
)
_RECENT: Final = (
    select(outbox.c.id, outbox.c.edits, outbox.c.content, outbox.c.arguments, outbox.c.kind)
    .where(outbox.c.chat == bindparam("chat"), _SAID)
    .order_by(outbox.c.id.desc())
    .limit(bindparam("limit"))
)


def message_about(tx: Tx, chat: str, message_id: str) -> str | None:
    """What the message that a person replies to was about."""
    about: str | None = tx.execute(_ABOUT, {"chat": chat, "message": message_id}).scalar()
    return about


def recent(tx: Tx, chat: str, limit: int) -> list[tuple[int, Content]]:
    """The last messages of a chat that were sent or are on their way, newest first.

    Each as it looks by now; one that was taken away, or lost its buttons to an edit without text,
    is left out.
    """
    shown: dict[int, Content | str | None] = {}
    for row in tx.execute(_RECENT, {"chat": chat, "limit": 2 * limit}):
        gone = row.kind == Kind.DELETE
        shown.setdefault(row.edits or row.id, None if gone else _said(row.content, row.arguments))
    found = [(id_, said) for id_, said in shown.items() if said is not None][:limit]
    kept = templates.get_many(tx, {said for _, said in found if isinstance(said, str)})
    whole = [(id_, kept.get(said) if isinstance(said, str) else said) for id_, said in found]
    return [(id_, said) for id_, said in whole if said is not None]


def _said(content: Content | None, arguments: Mapping[str, Any] | None) -> Content | str | None:
    """What a row says, or the key of the template of which it is one of many."""
    return content if content is not None else (arguments or {}).get("template")
