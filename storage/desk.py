"""Rows at the moment they are claimed: is each still to be sent, and how does it read by now?

A row that is not to be sent is ended here, or left for later, with the reason written down. What
its renderer raises costs a row itself alone: where many were rendered together, each is then
rendered by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row as Found
from sqlalchemy import and_, bindparam, exists, select, update

from storage.delivery import settle_all, targets_of
from storage.errors import StorageError
from storage.outbox import IS_WAITING, OPEN, UNWRITTEN, Content, Kind, Lane, Repeat, Row, State
from storage.tables import conversations, outbox
from storage.transaction import Tx

PATIENCE: Final = timedelta(minutes=10)
"""How long a fresh reply waits for an older one, and a notice for a talk that is going on."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was promised is not to be sent; `reason` is kept with the row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What was promised has to wait until then; `reason` is kept with the row."""

    until: datetime
    reason: str


Made = Content | Skipped | Held | None
"""A dumped message, or why there is none; None if the promise is not to be sent."""
Render = Callable[[Tx, str, Mapping[str, Any]], Made]
"""A promise's renderer name and arguments to what becomes of it."""
RenderMany = Callable[[Tx, Sequence[Mapping[str, Any]]], Sequence[Made]]
"""The arguments of many promises to what becomes of each, in their order."""

_WRITE: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(content=bindparam("said"), about=bindparam("answers"), error=None)
)
_PUT_OFF: Final = update(outbox).where(outbox.c.id.in_(bindparam("rows", expanding=True)))


class Desk:
    """Looks at rows that are due; `faults` is what renderers raised."""

    def __init__(
        self,
        tx: Tx,
        now: datetime,
        real_now: datetime,
        render: Render,
        together: Mapping[str, RenderMany],
    ) -> None:
        self.tx = tx
        self.now = now
        self.real_now = real_now
        self.render = render
        self.together = together
        self.faults: list[str] = []

    def prepared(self, found: Sequence[Found[Any]], talking: Collection[str]) -> list[Row]:
        """Those of the rows that are to be sent, as they are to be sent, in their order.

        `talking` are the chats in the middle of a talk, which theirs would disturb.
        """
        waits = {row.id for row in found if row.chat in talking and row.not_before is None}
        if waits:
            later = {"due": self.now + PATIENCE, "not_before": self.real_now}
            self.tx.execute(_PUT_OFF.values(**later), {"rows": list(waits)})
        ready = self._ready([row for row in found if row.id not in waits])
        said = self._said([row for row, _ in ready if row.renderer is not None])
        return [
            self._row(row, said[row.id] if row.renderer is not None else row.content, target)
            for row, target in ready
            if row.renderer is None or row.id in said
        ]

    def _row(self, row: Found[Any], content: Content | None, target: str | None) -> Row:
        kind = Kind(row.kind)
        return Row(
            id=row.id,
            chat=row.chat,
            lane=Lane(row.lane),
            kind=kind,
            content=None if kind is Kind.DELETE else content,
            edits=row.edits,
            repeat=Repeat(row.repeat),
            tries=row.tries + 1,
            target=target,
            once_more=row.once_more,
        )

    def _ready(self, found: Sequence[Found[Any]]) -> list[tuple[Found[Any], str | None]]:
        """The rows that are still to be sent, each with the number of the message it changes."""
        targets = targets_of(self.tx, {row.edits for row in found if row.edits is not None})
        ended: dict[State, list[int]] = defaultdict(list)
        ready = []
        for row in found:
            over = self._verdict(row)
            state, target = targets.get(row.edits, (None, None))
            if over is not None:
                ended[over].append(row.id)
            elif row.edits is None or target is not None:
                ready.append((row, target))
            elif state not in OPEN:
                ended[State.CANCELLED].append(row.id)
        for state, rows in ended.items():
            settle_all(self.tx, rows, state)
        return ready

    def _verdict(self, row: Found[Any]) -> State | None:
        if row.useful_until is not None and row.useful_until <= self.now:
            return State.MISSED
        if row.kind == Kind.EDIT and self._newer(row, outbox.c.edits == row.edits):
            return State.CANCELLED
        if row.once_more and (row.arguments or {}).get("asks") and not self._open(row):
            return State.CANCELLED
        late = row.lane == Lane.REPLY and self.real_now - row.created > PATIENCE
        if late and self._newer(row, outbox.c.lane == Lane.REPLY, outbox.c.kind == Kind.SEND):
            return State.MISSED
        return None

    def _newer(self, row: Found[Any], *such: Any) -> bool:
        """Whether a younger row such as these waits for the same chat."""
        younger = and_(outbox.c.chat == row.chat, outbox.c.id > row.id, IS_WAITING, *such)
        return bool(self.tx.execute(select(exists().where(younger))).scalar())

    def _open(self, row: Found[Any]) -> bool:
        """Whether the question that this row asks still waits for its answer."""
        asked = and_(conversations.c.chat == row.chat, conversations.c.question == row.id)
        return bool(self.tx.execute(select(exists().where(asked))).scalar())

    def _said(self, found: Sequence[Found[Any]]) -> dict[int, Content]:
        """What the rows say by now, by number; those that say nothing are ended, or left for later.

        It is written down, so that a reply to it and a typed button find it; not of bulk.
        """
        ended: dict[tuple[State, str | None], list[int]] = defaultdict(list)
        held: dict[Held, list[int]] = defaultdict(list)
        said: dict[int, Content] = {}
        for row, made in self._made(found):
            match made:
                case _Raised():
                    ended[State.REFUSED, f"renderer raised {made.kind}"].append(row.id)
                case Skipped():
                    ended[State.CANCELLED, made.reason].append(row.id)
                case Held():
                    held[made].append(row.id)
                case None:
                    ended[State.CANCELLED, None].append(row.id)
                case _:
                    said[row.id] = made
        for (state, reason), rows in ended.items():
            settle_all(self.tx, rows, state, reason)
        for later, rows in held.items():
            values = {"due": later.until, "not_before": None, "error": later.reason}
            self.tx.execute(_PUT_OFF.values(**values), {"rows": rows})
        self._write(found, said)
        return said

    def _write(self, found: Sequence[Found[Any]], said: Mapping[int, Content]) -> None:
        written = [
            {"row": row.id, "said": content, "answers": content.get("about") or row.about}
            for row in found
            if (content := said.get(row.id)) is not None
            and row.lane not in UNWRITTEN
            and row.kind != Kind.DELETE
        ]
        if written:
            self.tx.execute(_WRITE, written)

    def _made(self, found: Sequence[Found[Any]]) -> "list[tuple[Found[Any], Made | _Raised]]":
        """Each row with what its renderer says, those of one that renders together first."""
        many: dict[str, list[Found[Any]]] = defaultdict(list)
        for row in found:
            if row.renderer in self.together:
                many[row.renderer].append(row)
        made: list[tuple[Found[Any], Made | _Raised]] = []
        for name, rows in many.items():
            made += self._made_together(self.together[name], rows)
        made += [(row, self._alone(row)) for row in found if row.renderer not in self.together]
        return made

    def _made_together(
        self, render: RenderMany, rows: Sequence[Found[Any]]
    ) -> "list[tuple[Found[Any], Made | _Raised]]":
        if len(rows) > 1:
            try:
                with self.tx.savepoint():
                    made = render(self.tx, [row.arguments or {} for row in rows])
                return list(zip(rows, made, strict=True))
            except StorageError:
                raise
            except Exception as error:
                self.faults.append(f"{rows[0].renderer} {type(error).__name__}")
        return [(row, self._alone(row)) for row in rows]

    def _alone(self, row: Found[Any]) -> "Made | _Raised":
        try:
            return self._kept_apart(row)
        except StorageError:
            raise
        except Exception as error:
            self.faults.append(f"{row.renderer} {type(error).__name__}")
            return _Raised(type(error).__name__)

    def _kept_apart(self, row: Found[Any]) -> Made:
        """Render so that a failed statement does not end the claim, as it would on PostgreSQL."""
        if not self.tx.postgres:
            return self._rendered(row)
        with self.tx.savepoint():
            return self._rendered(row)

    def _rendered(self, row: Found[Any]) -> Made:
        arguments = row.arguments or {}
        many = self.together.get(row.renderer)
        if many is None:
            return self.render(self.tx, row.renderer, arguments)
        [made] = many(self.tx, [arguments])
        return made


@dataclass(frozen=True, slots=True)
class _Raised:
    """The renderer raised this kind of error."""

    kind: str
