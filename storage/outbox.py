"""What is to be said: a message is a row first, and a call to the channel after that.

    waiting → sending → sent | refused | unreachable | uncertain
    waiting → cancelled | missed
    cancelled → waiting         the chat can be written to again, and it is still of use
              sending → waiting   not sent for sure: again, uncounted
              sending → waiting   outcome unknown, repeatable, `once_more` not yet spent: once more

- A row in `sending` has an owner, a lease and a try number, written down before the call.
- A reply is inserted as `sending` and goes to the wire from memory after its commit; all other rows
  are claimed (`storage.delivery`).
- A key is unique for ever, so a promise that is made again is the same promise.
- What bulk and paid rows said is not written down: `storage.said` finds it by their template.
- `due` and `useful_until` follow the bot's clock, `lease` and `not_before` real time; so does a
  reply's `created`. A row with a `not_before` was due before: it was put off or is tried again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Executable, bindparam, insert, text, update

from storage.direct import Direct
from storage.tables import outbox
from storage.transaction import Prepared, Tx

LEASE: Final = timedelta(seconds=180)
"""Longer than a reply may wait in memory and all HTTP time-outs together."""

IS_WAITING: Final = text("outbox.state = 'waiting'")  # in these words, for its partial index
TAKEN_BACK: Final = "taken back from the chat"
"""Why rows are cancelled that `renew` promises again."""
Content = Mapping[str, Any]


class Lane(StrEnum):
    """Who goes first: replies, then notices (reminders, offers), then bulk (announcements).

    What is paid for goes beside them: the channel counts it apart. Only new messages can be.
    """

    REPLY = "reply"
    NOTICE = "notice"
    BULK = "bulk"
    PAID = "paid"


class Repeat(StrEnum):
    """Whether a row whose outcome is unknown may be sent once more."""

    REPEATABLE = "repeatable"
    NEVER_TWICE = "never_twice"


class Kind(StrEnum):
    """A new message, a change of one, or its end."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"


class State(StrEnum):
    """Of a row; see the diagram above."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    MISSED = "missed"


OPEN: Final = (State.WAITING, State.SENDING)
UNWRITTEN: Final = (Lane.BULK, Lane.PAID)
"""Lanes with too many rows to write down what each says."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before it is a row. `edits` is the row whose message it changes.

    `content` is a dumped message; None, with `edits`, only takes the buttons away. A draft that
    `asks` is not repeated once its question is answered.
    """

    chat: str
    content: Content | None
    edits: int | None = None
    asks: bool = False
    repeat: Repeat = Repeat.REPEATABLE


@dataclass(frozen=True, slots=True)
class Promise:
    """A message to be rendered by `renderer` when it is claimed, at `due` or later.

    At `useful_until` it is missed instead. With `edits`, a row, it changes the message of that
    row, or takes it away if `kind` says so: its renderer is asked whether it still should, and what
    it says is not used; without one ("") nothing is asked. `about` is what a reply to it answers,
    unless the rendered message says so itself.
    """

    key: str
    chat: str
    renderer: str
    arguments: Mapping[str, Any]
    due: datetime
    useful_until: datetime | None = None
    lane: Lane = Lane.NOTICE
    repeat: Repeat = Repeat.REPEATABLE
    edits: int | None = None
    kind: Kind = Kind.SEND
    about: str = ""

    def __post_init__(self) -> None:
        if self.edits is not None and self.kind is Kind.SEND:
            object.__setattr__(self, "kind", Kind.EDIT)
        if (self.edits is None) is not (self.kind is Kind.SEND):
            raise ValueError("a change of a message names the row whose message it changes")
        if self.lane is Lane.PAID and self.kind is not Kind.SEND:
            raise ValueError("only a new message can be paid for")


@dataclass(frozen=True, slots=True)
class Row:
    """What sending needs to know of a row that is in `sending`."""

    id: int
    chat: str
    lane: Lane
    kind: Kind
    content: Content | None
    edits: int | None = None
    repeat: Repeat = Repeat.REPEATABLE
    tries: int = 1
    target: str | None = None
    """The channel's number of the message that an edit changes, where it is known already."""
    once_more: bool = False
    """Whether an earlier try may have arrived, so that this one is the last."""


_TO_WAIT: Final[dict[str, Any]] = {
    "state": State.WAITING,
    "tries": 0,
    "owner": None,
    "lease": None,
}
_REPLY: Final = Direct(insert(outbox).returning(outbox.c.id), outbox.c.id)


@Prepared
def _promise(tx: Tx) -> Executable:
    return tx.insert(outbox).on_conflict_do_nothing(index_elements=["key"])


def reply(  # noqa: PLR0913 - both times and the owner are told apart by name
    tx: Tx,
    inbox_row: int,
    drafts: Sequence[Draft],
    *,
    owner: str,
    real_now: datetime,
    now: datetime,
) -> list[Row]:
    """Promise the answers to one update; what is returned is to be offered to the sender.

    A draft that must never go twice waits to be claimed, and is not among them.
    """
    if not drafts:
        return []
    sending: dict[str, Any] = {
        "state": State.SENDING,
        "tries": 1,
        "owner": owner,
        "lease": real_now + LEASE,
    }
    times = {"due": now, "created": real_now}
    rows = [
        {"key": f"reply:{inbox_row}:{number}", **_columns(draft), **times}
        | (sending if draft.repeat is Repeat.REPEATABLE else _TO_WAIT)
        for number, draft in enumerate(drafts)
    ]
    ids = [_inserted(tx, row) for row in rows]
    return [
        _fresh(id_, draft)
        for id_, draft in zip(ids, drafts, strict=True)
        if draft.repeat is Repeat.REPEATABLE
    ]


def _inserted(tx: Tx, row: Mapping[str, Any]) -> int:
    made = _REPLY.first(tx, row)
    assert made is not None
    id_: int = made[0]
    return id_


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "chat": draft.chat,
        "lane": Lane.REPLY,
        "repeat": draft.repeat,
        "kind": Kind.SEND if draft.edits is None else Kind.EDIT,
        "edits": draft.edits,
        "content": draft.content,
        "about": draft.content.get("about") if draft.content else None,
        "arguments": {"asks": True} if draft.asks else None,
    }


def _fresh(id_: int, draft: Draft) -> Row:
    kind = Kind.SEND if draft.edits is None else Kind.EDIT
    return Row(id_, draft.chat, Lane.REPLY, kind, draft.content, draft.edits)


def promise(tx: Tx, promised: Promise, now: datetime) -> bool:
    """Promise a message; False if the same was promised before."""
    return promise_all(tx, [promised], now) == 1


def promise_all(tx: Tx, promises: Iterable[Promise], now: datetime) -> int:
    """Promise many messages; how many of them are new."""
    rows = [
        {
            "key": one.key,
            "chat": one.chat,
            "lane": one.lane,
            "repeat": one.repeat,
            "kind": one.kind,
            "edits": one.edits,
            "state": State.WAITING,
            "due": one.due,
            "useful_until": one.useful_until,
            "created": now,
            "renderer": one.renderer or None,
            "arguments": dict(one.arguments),
            "about": one.about or None,
        }
        for one in promises
    ]
    return tx.execute(_promise, rows).rowcount if rows else 0


def cancel_for_chat(tx: Tx, chat: str) -> int:
    """Take back all that waits for a chat; how many rows."""
    taken = update(outbox).where(outbox.c.chat == chat, IS_WAITING)
    return tx.execute(taken.values(state=State.CANCELLED, error=TAKEN_BACK)).rowcount


def renew(tx: Tx, chat: str, now: datetime) -> int:
    """Promise again what was taken back from a chat and is still of use; how many rows.

    What went to many stays taken back. Whether each is wanted still is for its renderer to say.
    """
    taken_back = (outbox.c.state == State.CANCELLED, outbox.c.error == TAKEN_BACK)
    own = outbox.c.lane.not_in(UNWRITTEN)
    of_use = (outbox.c.renderer.is_not(None), outbox.c.useful_until > now, own)
    renewed = update(outbox).where(outbox.c.chat == chat, *taken_back, *of_use)
    return tx.execute(renewed.values(state=State.WAITING, error=None)).rowcount


_RELEASE: Final = Direct(
    update(outbox)
    .where(
        outbox.c.chat == bindparam("of"),
        IS_WAITING,
        outbox.c.lane != Lane.REPLY,
        outbox.c.not_before.is_not(None),
        outbox.c.due > bindparam("now"),
    )
    .values(due=bindparam("now"))
    .returning(outbox.c.id),
    outbox.c.id,
)


def release(tx: Tx, chat: str, now: datetime) -> int:
    """The talk in this chat is over: what was put off because of it is due; how many rows."""
    return len(_RELEASE.all(tx, {"of": chat, "now": now}))
