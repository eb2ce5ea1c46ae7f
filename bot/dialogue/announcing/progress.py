"""The message that shows a coordinator how a sending goes: one message, changed as it goes on.

The bar is for the eye; the same stands below it in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.dialogue.flow import entry
from bot.dialogue.language import _, clock_time, isolate, n_, number
from bot.dialogue.messages import Button, Message, cut

BLOCKS: Final = 10
FULL, EMPTY = "▓", "░"
PER_SECOND: Final = 24
"""What is expected before anything was seen: 0.8 of the 30 a second that Telegram allows."""
PAID_PER_SECOND: Final = 900
MOST_WORDS: Final = 200
LONG: Final = 90
"""Minutes from which on the time left is told in hours."""


class Going(Protocol):
    """A sending, as its progress shows it."""

    @property
    def id(self) -> int: ...
    @property
    def announcement(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def why(self) -> str | None: ...
    @property
    def open(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def skipped(self) -> int: ...
    @property
    def uncertain(self) -> int: ...


@dataclass(frozen=True, slots=True)
class View:
    """What the progress says besides the sending's own numbers.

    `since` and `base`: from when on it goes without a stop, and how many were through then.
    `morning` is set while it waits for the end of the night.
    """

    title: str
    now: datetime
    zone: str
    since: datetime | None = None
    base: int = 0
    blocked: int = 0
    morning: datetime | None = None
    paid: bool = False


def everybody(going: Going) -> int:
    """How many people it is for, as far as they are written down."""
    return going.open + settled(going)


def settled(going: Going) -> int:
    """How many nothing more is to be done for."""
    return going.sent + going.failed + going.skipped + going.uncertain


def through(going: Going) -> int:
    """How many were looked at: settled, or held back for now."""
    return settled(going) + going.held


def percent(going: Going) -> int:
    """How far it is; a hundred only when nobody is left to be looked at, or written down."""
    of = everybody(going)
    share = 100 * through(going) // of if of else 0
    return min(share, 99) if going.state in ("spreading", "sending") else share


def bar(share: int) -> str:
    """`share` percent as ten characters, full ones only for full tens."""
    full = min(BLOCKS, share * BLOCKS // 100)
    return FULL * full + EMPTY * (BLOCKS - full)


def title(words: str) -> str:
    """The first words of an announcement, to name it by."""
    if not words.strip():
        return _("a message without text")
    return _("“{words}”").format(words=isolate(cut(words, MOST_WORDS)))


def message(going: Going, view: View) -> Message:
    """The progress as it stands now, with the buttons that make sense now."""
    head = _head(going).format(title=view.title)
    share = percent(going)
    lines = [head, "", _drawn(share) if everybody(going) else _("I am looking for the people.")]
    lines += figures(going, view.blocked)
    after = _state(going, view)
    return Message("\n".join([*lines, *(["", *after] if after else [])]), rows(going))


def _head(going: Going) -> str:
    match going.kind:
        case "correct":
            return _("Your correction of {title}")
        case "withdraw":
            return _("I take back {title}")
        case _:
            return _("Your message {title}")


def _drawn(share: int) -> str:
    return _("{bar} {n} percent done").format(bar=bar(share), n=number(share))


def figures(going: Going, blocked: int = 0) -> list[str]:
    """The numbers, each with its word; what is nought is left out, but for what went well."""
    failed = going.failed - blocked
    counts = [
        (_("Held back for now: {n}"), going.held),
        (_("Failed: {n}"), failed),
        (_("Cannot be reached: {n}"), blocked),
        (_("Did not go: {n}"), going.skipped),
        (_("Not sure whether it arrived: {n}"), going.uncertain),
    ]
    sent = _sent(going).format(n=number(going.sent), all=number(everybody(going)))
    return [sent, *(text.format(n=number(n)) for text, n in counts if n)]


def _sent(going: Going) -> str:
    match going.kind:
        case "correct":
            return _("Changed: {n} of {all}")
        case "withdraw":
            return _("Taken back: {n} of {all}")
        case _:
            return _("Sent: {n} of {all}")


def _state(going: Going, view: View) -> list[str]:
    """What happens now, and how long it takes."""
    match going.state:
        case "paused" if going.why == "errors":
            return [_("I have paused it, because too many went wrong in a row.")]
        case "paused":
            return [_("Paused.")]
        case "cancelled":
            return [_("Stopped.")]
        case "done":
            return [_("Done.")]
        case _ if view.morning is not None:
            at = clock_time(view.morning, view.zone)
            return [_("It is night. It goes on at {time}.").format(time=at)]
        case "spreading":
            return [_("I am still writing down who gets it.")]
        case _:
            return [left(going, view)]


def left(going: Going, view: View) -> str:
    """How long the rest takes, by how fast it went until now."""
    seconds = (everybody(going) - through(going)) / _speed(going, view)
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("Less than a minute to go.")
    if minutes < LONG:
        text = n_("About {n} minute to go.", "About {n} minutes to go.", minutes)
        return text.format(n=number(minutes))
    hours = round(minutes / 60)
    return n_("About {n} hour to go.", "About {n} hours to go.", hours).format(n=number(hours))


def _speed(going: Going, view: View) -> float:
    """People a second: as seen, once there is something to see."""
    gone = through(going) - view.base
    lasted = view.now - view.since if view.since is not None else timedelta()
    if gone > 0 and lasted >= timedelta(seconds=5):
        return gone / lasted.total_seconds()
    return PAID_PER_SECOND if view.paid else PER_SECOND


def rows(going: Going) -> tuple[tuple[Button, ...], ...]:
    """What can be done about it while it goes."""
    match going.state:
        case "spreading" | "sending":
            return ((pause(going), stop(going)),)
        case "paused":
            return ((resume(going), stop(going)),)
        case _:
            return ()


def pause(going: Going) -> Button:
    """Hold it up for now; a change beside the message has words of its own."""
    label = _("Pause") if going.kind == "send" else _("Pause the change")
    return Button(label, entry("pause_sending", going.id))


def resume(going: Going) -> Button:
    """Go on where it was paused."""
    label = _("Go on sending") if going.kind == "send" else _("Go on with the change")
    return Button(label, entry("resume_sending", going.id))


def stop(going: Going) -> Button:
    """End it for good; asks first."""
    label = _("Stop it") if going.kind == "send" else _("Stop the change")
    return Button(label, entry("cancel_sending", going.id))


def undo(announcement: int) -> Button:
    """Make what is planned a draft again."""
    return Button(_("Undo it"), entry("undo_announcement", announcement))


def look(announcement: int) -> Button:
    """Everything about one announcement."""
    return Button(_("See how it goes"), entry("announcement", announcement))
