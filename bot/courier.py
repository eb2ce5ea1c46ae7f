"""Carries one row to the channel, and notes what came of it.

sent                            → sent
no connection                   → waiting; sending pauses until the channel answers
lost in between, 5xx            → once more, or uncertain; sending pauses likewise
too many messages               → waiting; the chat is halted, and all when a second one is
blocked, gone                   → unreachable; what else waits for the chat is taken back
another address                 → waiting, for that address
refused, or a mistake of ours   → refused
too old to be deleted           → refused, but nobody's mistake: it is changed instead
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import Enum, auto
from functools import partial
from typing import Any, Final

from bot import steps
from bot.channels import (
    Channel,
    MovedTo,
    NotSent,
    OutcomeUnknown,
    Refused,
    SendError,
    TryLater,
    Unreachable,
)
from bot.clock import Clock
from bot.dialogue.files.pictures import Drawing
from bot.dialogue.messages import Attachment, Message, load
from bot.drawing import draw
from bot.ledger import Ledger
from bot.logs import decision
from bot.pacer import Pacer
from bot.probe import Probe
from storage import Database, Tx, delivery, halts, outbox
from storage.errors import Unavailable
from storage.outbox import Content, Kind, Lane, Row, State

MOST_NUMBERS: Final = 20_000  # messages whose number is remembered for their edits
NEVER: Final = ""  # the number of a message that will never have one

_log = logging.getLogger(__name__)

Maker = Callable[[Tx, Mapping[str, Any]], bytes | Drawing]


class Outcome(Enum):
    """What it means for the rows behind it in the same chat."""

    DONE = auto()
    BACK = auto()
    GONE = auto()


class TargetNotSent(Exception):
    """The message that is to be edited has not been sent: `waits` if it may still be."""

    def __init__(self, *, waits: bool) -> None:
        super().__init__("the message to edit is not sent")
        self.waits = waits


class Courier:
    """Delivers rows, one call each; never raises."""

    def __init__(  # noqa: PLR0913 - the sender names each
        self,
        *,
        database: Database,
        channel: Channel,
        clock: Clock,
        makers: Mapping[str, Maker],
        pacer: Pacer,
        probe: Probe,
        ledger: Ledger,
    ) -> None:
        self.gone: Callable[[Tx, str], object] = outbox.cancel_for_chat
        self.moved: Callable[[Tx, str, str], object] = delivery.move_chat
        self.counts = {"sent": 0, "refused": 0, "unreachable": 0, "unknown": 0, "later": 0}
        self.last_error = ""
        self._database = database
        self._channel = channel
        self._clock = clock
        self._makers = makers
        self._pacer = pacer
        self._probe = probe
        self._ledger = ledger
        self._numbers: dict[int, str] = {}
        self._known: tuple[Content, Message] | None = None

    async def deliver(self, row: Row, time: Callable[[], float]) -> Outcome:
        """Call the channel, for which room was reserved, and note the outcome."""
        begun = time()
        self._pacer.call(row.chat, row.lane, begun)
        steps.reached(steps.CALL_BEGINS)
        try:
            number = await self._call(row)
            steps.reached(steps.CALL_ANSWERED)
        except SendError as error:
            if isinstance(error, Refused) and row.kind is Kind.DELETE:
                return self._stays(row, str(error))
            self.last_error = type(error).__name__
            if isinstance(error, TryLater):
                self._halt(row, error.seconds, begun, time())
            return self._failed(row, error)
        except TargetNotSent as error:
            return self._without_target(row, error)
        except Unavailable:
            self._back(row)
            return Outcome.BACK
        except Exception as error:
            _log.exception("row %d cannot be sent", row.id)
            return self._refused(row, type(error).__name__)
        finally:
            self._pacer.answer(row.chat, time(), row.lane)
        self._pacer.halts.accepted(begun)
        self._sent(row, number)
        return Outcome.DONE

    async def _call(self, row: Row) -> str | None:
        message = self._loaded(row)
        if row.kind is not Kind.SEND:
            target = row.target or await self._target(row)
            if row.kind is Kind.DELETE:
                await self._channel.delete(row.chat, target)
            else:
                await self._channel.edit(row.chat, target, message)
            return None
        if message is None:
            raise ValueError("a row to send has no content")
        if message.attachment is None or message.attachment.file:
            return await self._channel.send(row.chat, message)
        file = await self._made(row.chat, message.attachment)
        return await self._channel.send(row.chat, message, file)

    def _loaded(self, row: Row) -> Message | None:
        """The message, paid for if its lane is; content that many share is read once."""
        if row.content is None:
            return None
        known = self._known
        if known is None or known[0] is not row.content:
            message = replace(load(row.content), paid=row.lane is Lane.PAID)
            known = self._known = (row.content, message)
        return known[1]

    async def _made(self, chat: str, attachment: Attachment) -> bytes:
        """The content of a file; the chat shows meanwhile that something is coming."""
        with suppress(SendError):
            await self._channel.typing(chat)
        maker = self._makers[attachment.maker]
        made = await self._database.read(maker, attachment.arguments)
        return made if isinstance(made, bytes) else await draw(made)

    async def _target(self, row: Row) -> str:
        """The number of the message that this row edits."""
        if row.edits is None:
            raise ValueError("an edit without a row to edit")
        number = self._numbers.get(row.edits)
        if number is None:
            state, number = await self._database.read(delivery.target_of, row.edits)
            if number is None:
                raise TargetNotSent(waits=state in outbox.OPEN)
        if number == NEVER:
            raise TargetNotSent(waits=False)
        return number

    def _sent(self, row: Row, number: str | None) -> None:
        self.counts["sent"] += 1
        self._probe.worked()
        self._ledger.sent(row.id, number, self._clock.real())
        if number is not None:
            self._number(row, number)

    def _number(self, row: Row, number: str) -> None:
        self._numbers[row.id] = number
        if len(self._numbers) > MOST_NUMBERS:
            for old in list(self._numbers)[: MOST_NUMBERS // 2]:
                del self._numbers[old]

    def _failed(self, row: Row, error: SendError) -> Outcome:
        if not isinstance(error, NotSent | OutcomeUnknown):
            self._probe.worked()
        match error:
            case TryLater():
                self._back(row)
            case NotSent():
                self._back(row)
                self._probe.failed(str(error))
            case OutcomeUnknown():
                self._doubt(row, error)
            case MovedTo():
                self._back(row)
                new = error.chat
                self._ledger.note(lambda tx: self.moved(tx, row.chat, new))
            case Unreachable():
                return self._unreachable(row, str(error))
            case _:
                return self._refused(row, str(error))
        return Outcome.BACK

    def _back(self, row: Row) -> None:
        self._ledger.note(partial(delivery.put_back, rows=[row.id]))

    def _doubt(self, row: Row, error: SendError) -> None:
        self.counts["unknown"] += 1
        decision(_log, "outcome unknown", level=logging.WARNING, row=row.id, tries=row.tries)
        self._ledger.doubt(row)
        self._probe.failed(str(error))

    def _halt(self, row: Row, seconds: float, begun: float, now: float) -> None:
        """Halt this chat, and others too if the limit may be of all."""
        self.counts["later"] += 1
        scopes = self._pacer.halts.refused(row.chat, row.lane, seconds, begun=begun, now=now)
        widest = "chat" if len(scopes) == 1 else scopes[-1]
        decision(_log, "halted", level=logging.WARNING, scope=widest, for_=seconds)
        until = self._clock.real() + timedelta(seconds=seconds)
        for scope in scopes:
            self._ledger.note(partial(halts.keep, scope=scope, until=until))

    def _unreachable(self, row: Row, reason: str) -> Outcome:
        self.counts["unreachable"] += 1
        decision(_log, "unreachable", row=row.id, reason=reason)
        self._number(row, NEVER)
        self._ledger.note(
            partial(delivery.settle, row=row.id, state=State.UNREACHABLE, error=reason)
        )
        self._ledger.note(lambda tx: self.gone(tx, row.chat))
        return Outcome.GONE

    def _refused(self, row: Row, reason: str) -> Outcome:
        self.counts["refused"] += 1
        decision(_log, "refused", level=logging.ERROR, row=row.id, reason=reason)
        self._number(row, NEVER)
        self._ledger.note(partial(delivery.settle, row=row.id, state=State.REFUSED, error=reason))
        return Outcome.DONE

    def _stays(self, row: Row, reason: str) -> Outcome:
        """What may not be deleted any more; whoever asked for it finds that out."""
        self._probe.worked()
        decision(_log, "not deleted", row=row.id, reason=reason)
        self._ledger.note(partial(delivery.settle, row=row.id, state=State.REFUSED, error=reason))
        return Outcome.DONE

    def _without_target(self, row: Row, error: TargetNotSent) -> Outcome:
        if error.waits:
            self._back(row)
            return Outcome.BACK
        self._ledger.note(partial(delivery.settle, row=row.id, state=State.CANCELLED))
        return Outcome.DONE
