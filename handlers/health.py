"""How the bot is doing, for admins: what waits, what went wrong, how much there is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, n_, number
from bot.dialogue.messages import Button, cut
from bot.dialogue.talk import Talk
from storage import health
from storage.health import MOST, Health, Queue
from storage.outbox import Lane
from storage.transaction import Tx

MEGABYTE: Final = 1_000_000
ERROR_UNITS: Final = 100


@flow(
    "health",
    command=N_("/health"),
    about=N_("see how the bot is doing"),
    role="admin",
)
def overview(talk: Talk, tx: Tx) -> None:
    """Queues, failures, errors and sizes, at a glance."""
    found = health.look(tx, talk.now)
    parts = [
        _vitals(talk, found),
        _("Waiting to be sent:\n{lines}").format(lines="\n".join(_waiting(talk, found))),
        _("Not delivered in the last day:\n{lines}").format(lines="\n".join(_failed(found))),
        "\n".join(_sizes(found)),
    ]
    talk.say("\n\n".join(parts), [Button(_("Look again"), entry("health"))])


def counted(count: int) -> str:
    """A count that was not counted further than `MOST`."""
    if count > MOST:
        return _("more than {number}").format(number=number(MOST))
    return number(count)


def _vitals(talk: Talk, found: Health) -> str:
    """When Telegram was last asked for messages, and what went wrong last."""
    if not isinstance(found.vitals, dict):
        return _("I have not written down yet how it goes. Look again in a minute.")
    polled = _moment(found.vitals.get("last_poll"))
    lines = [
        _("Last asked for messages: {when}.").format(when=talk.when(polled))
        if polled
        else _("I have not been able to ask for messages yet.")
    ]
    errors = found.vitals.get("errors")
    for where, error in errors.items() if isinstance(errors, dict) else ():
        if error:
            told = _("Last error while sending: {error}")
            if where == "receiving":
                told = _("Last error while receiving: {error}")
            lines.append(told.format(error=isolate(cut(str(error), ERROR_UNITS))))
    if len(lines) == 1:
        lines.append(_("No errors since the start."))
    return "\n".join(lines)


def _moment(written: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _waiting(talk: Talk, found: Health) -> list[str]:
    told = [q for q in found.queues if q.lane is not Lane.PAID or q.due or q.later]
    lines = [_queue(talk, queue) for queue in told]
    lines.append(_("Being sent now: {count}").format(count=counted(found.sending)))
    if found.halted:
        halted = n_("{n} chat must wait a while.", "{n} chats must wait a while.", found.halted)
        lines.append(halted.format(n=counted(found.halted)))
    return lines


def _queue(talk: Talk, queue: Queue) -> str:
    lane, due, later = _lane(queue.lane), counted(queue.due), counted(queue.later)
    if queue.oldest is None:
        return _("{lane}: none, {later} for later").format(lane=lane, later=later)
    return _("{lane}: {due} since {when}, {later} for later").format(
        lane=lane, due=due, when=talk.when(queue.oldest), later=later
    )


def _lane(lane: Lane) -> str:
    match lane:
        case Lane.REPLY:
            return _("Replies")
        case Lane.NOTICE:
            return _("Reminders and notices")
        case Lane.BULK:
            return _("Announcements")
        case Lane.PAID:
            return _("Paid announcements")


def _failed(found: Health) -> list[str]:
    return [
        _("Blocked or gone: {count}").format(count=counted(found.failed["unreachable"])),
        _("Refused by Telegram: {count}").format(count=counted(found.failed["refused"])),
        _("Not sure whether it arrived: {count}").format(count=counted(found.failed["uncertain"])),
        _("Messages of people that I could not handle: {count}").format(
            count=counted(found.set_aside)
        ),
    ]


def _sizes(found: Health) -> list[str]:
    return [
        _("People: {count}, of whom members: {members}").format(
            count=counted(found.people), members=counted(found.members)
        ),
        _("Size of the database: {size} MB").format(size=number(round(found.size / MEGABYTE, 1))),
    ]
