"""A phone that types and presses like a person, on real flows and a real database.

It shows what the person's screen would show: edits change messages in place. It can only press what
is shown. `World` holds the database and the clock that several phones share.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Text, bindparam, literal, select, type_coerce, update

from bot.dialogue.files.pictures import drawn
from bot.dialogue.flow import Flow, Maker, Rendered, Renderer, Tick
from bot.dialogue.language import languages
from bot.dialogue.messages import (
    Button,
    Dropped,
    Heard,
    Incoming,
    Kind,
    Message,
    Origin,
    Pressed,
    PutOff,
    Reachable,
    Shared,
    Span,
    dump,
    load,
)
from bot.guards import Guards
from bot.router import book_of
from bot.turn import House, Times, apply
from storage import inbox, people, tables
from storage.outbox import UNWRITTEN
from storage.transaction import Tx
from tests.in_memory import empty_database

START = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
"""Monday 1 March 2027, noon in Amsterdam."""

OUTBOX = tables.outbox.c
CONTENT = type_coerce(OUTBOX.content, Text).label("content")
SENT_HERE = (
    select(OUTBOX.id, OUTBOX.kind, OUTBOX.edits, CONTENT)
    .where(OUTBOX.chat == bindparam("here"), OUTBOX.state == "sent")
    .order_by(OUTBOX.sent, OUTBOX.id)
)
ARRIVE = (
    update(tables.outbox)
    .where(OUTBOX.state == "sending")
    .values(state="sent", sent=bindparam("now"), message_id=literal("m").op("||")(OUTBOX.id))
)
"""What is on its way is there; made once, as it is asked after each thing a person does."""


@dataclass
class Shown:
    """A message as it stands on the screen."""

    row: int
    text: str
    buttons: list[Button] = field(default_factory=list)
    message: Message | None = None

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]


class World:
    """One database, one clock, all flows."""

    def __init__(
        self,
        flows: Iterable[Flow],
        *,
        ticks: Iterable[Tick] = (),
        renderers: Iterable[Renderer] = (),
        makers: Iterable[Maker] = (),
        guards: bool = False,
    ) -> None:
        self.engine = empty_database()
        self.now = START
        self.ticks = list(ticks)
        self.renderers = {renderer.name: renderer for renderer in renderers}
        self.makers = {maker.name: maker for maker in makers}
        self.house = House(
            book_of(flows), ZoneInfo("Europe/Amsterdam"), languages(), "nl", "buurtbot", "test",
            Guards(on=guards),
        )  # fmt: skip
        self.numbers = itertools.count(1)
        self.toast: str | None = None
        self.bulk: dict[int, Message] = {}

    def release(self, *flows: Flow) -> None:
        """Go on with other flows, as a new release does in the middle of talks."""
        self.house = replace(self.house, book=book_of(flows))

    def run(self, unit: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a unit in a transaction of its own."""
        with self.engine.begin() as connection:
            return unit(Tx(connection, postgres=False), *args, **kwargs)

    def pass_time(self, **span: float) -> None:
        """Move the clock, run the ticks and deliver what is due."""
        self.now += timedelta(**span)
        self.tick()

    def tick(self) -> None:
        for tick in self.ticks:
            while self.run(tick.run, self.now) and tick.goes_on:
                pass
        self.run(self._deliver)

    def _deliver(self, tx: Tx) -> None:
        due = select(tables.outbox).where(
            tables.outbox.c.state == "waiting", tables.outbox.c.due <= self.now
        )
        for row in tx.execute(due.order_by(tables.outbox.c.due, tables.outbox.c.id)).all():
            late = row.useful_until is not None and row.useful_until <= self.now
            made = None if late else self._rendered(tx, row)
            if isinstance(made, PutOff):
                _end(tx, row, due=made.until, error=made.reason)
            elif isinstance(made, Dropped):
                _end(tx, row, state="cancelled", error=made.reason)
            elif made is None:
                _end(tx, row, state="missed" if late else "cancelled")
            else:
                self._arrives(tx, row, made)

    def _rendered(self, tx: Tx, row: Any) -> Rendered:
        if row.renderer is None:
            return Message("")
        return self.renderers[row.renderer].one(tx, row.arguments, self.now)

    def _arrives(self, tx: Tx, row: Any, made: Message) -> None:
        """What bulk says is not written down, as in the running bot; the screen shows it."""
        self.bulk[row.id] = made
        written = row.lane not in UNWRITTEN and row.kind != "delete"
        _end(
            tx, row, state="sent", sent=self.now, error=None,
            message_id=None if row.edits else f"m{row.id}", about=made.about or row.about,
            **{"content": dump(made)} if written else {},
        )  # fmt: skip

    def apply(self, incoming: Incoming) -> None:
        def unit(tx: Tx) -> Any:
            row = inbox.first_sight(tx, incoming.origin.key, incoming.origin.chat, self.now)
            assert row is not None
            applied = apply(tx, self.house, incoming, row, Times(self.now, self.now))
            tx.execute(ARRIVE, {"now": self.now})
            return applied

        applied = self.run(unit)
        self.toast = applied.toast[1] if applied.toast else None

    def phone(self, name: str = "noor", language: str = "en") -> Phone:
        return Phone(self, f"telegram:{name}", language)


class Phone:
    """One person's phone."""

    def __init__(self, world: World, chat: str, language: str) -> None:
        self.world = world
        self.chat = chat
        self.language = language
        self._seen: set[int] = set()

    @property
    def person(self) -> people.Person:
        found = self.world.run(people.by_chat, self.chat)
        assert found is not None
        return found  # type: ignore[no-any-return]  # run gives back what the unit gave

    @property
    def toast(self) -> str | None:
        """What the last press flashed on the screen."""
        return self.world.toast

    # What a person does; each gives the texts of the new messages.

    def types(
        self, text: str, *, reply_to: Shown | None = None, spans: Sequence[Span] = ()
    ) -> list[str]:
        target = f"m{reply_to.row}" if reply_to else ""
        return self._does(Heard(self._origin(), text, target, spans=tuple(spans)))

    def edits(self, text: str) -> list[str]:
        return self._does(Heard(self._origin(), text, edited=True))

    def shares(
        self,
        kind: Kind,
        *,
        album: str = "",
        caption: str = "",
        spans: Sequence[Span] = (),
        **value: Any,
    ) -> list[str]:
        shared = Shared(self._origin(), kind, value, caption, album, spans=tuple(spans))
        return self._does(shared)

    def presses(self, label: str) -> list[str]:
        """Press the newest button on the screen with this label (or that begins with it)."""
        for shown in reversed(self.screen()):
            for exact in (True, False):
                for button in shown.buttons:
                    if button.label == label or (not exact and button.label.startswith(label)):
                        return self.sends(button.data)
        raise AssertionError(f"no button {label!r} on the screen: {self.labels}")

    def sends(self, data: str) -> list[str]:
        """Press data that may not be on the screen any more, as an old client could."""
        return self._does(Pressed(self._origin(), data, "q"))

    def blocks(self, *, now: bool = True) -> list[str]:
        return self._does(Reachable(self._origin(), not now))

    # What a person sees.

    def screen(self) -> list[Shown]:
        """All messages of this chat, as they look now."""
        shown: dict[int, Shown] = {}
        for row in self.world.run(self._sent_here):
            made = _read(row.content or "null") or self.world.bulk.get(row.id)
            if row.kind == "delete":
                shown.pop(row.edits, None)
            elif row.edits is None:
                assert made is not None
                shown[row.id] = Shown(row.id, made.text, list(made.buttons), made)
            elif row.edits not in shown:
                continue
            elif made is None:
                shown[row.edits].buttons = []
            else:
                before = shown[row.edits]
                before.text, before.buttons = made.text, list(made.buttons)
        return list(shown.values())

    def _sent_here(self, tx: Tx) -> Any:
        return tx.execute(SENT_HERE, {"here": self.chat}).all()

    @property
    def last(self) -> Shown:
        return self.screen()[-1]

    @property
    def labels(self) -> list[str]:
        """The labels of all buttons on the screen."""
        return [label for shown in self.screen() for label in shown.labels]

    def hears(self) -> list[str]:
        """The texts that came since the person last looked."""
        new = [shown for shown in self.screen() if shown.row not in self._seen]
        self._seen.update(shown.row for shown in new)
        return [shown.text for shown in new]

    def receives(self, name: str = "") -> bytes:
        """The file under the last message that has one."""
        made = next(
            s.message for s in reversed(self.screen()) if s.message and s.message.attachment
        )
        assert made.attachment is not None
        maker = self.world.makers[made.attachment.maker]
        file = self.world.run(maker.run, made.attachment.arguments)
        return file if isinstance(file, bytes) else drawn(file)

    def _origin(self) -> Origin:
        number = next(self.world.numbers)
        return Origin(f"test:{number}", self.chat, True, self.language, f"u{number}")

    def _does(self, incoming: Incoming) -> list[str]:
        self.hears()
        self.world.apply(incoming)
        return self.hears()


@lru_cache(10_000)
def _read(content: str) -> Message | None:
    """What a row says; a screen is looked at so often that each is read once."""
    said = json.loads(content)
    return load(said) if said else None


def _end(tx: Tx, row: Any, **values: Any) -> None:
    tx.execute(update(tables.outbox).where(tables.outbox.c.id == row.id).values(**values))
