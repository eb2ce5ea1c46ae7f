"""What became of a sending, in words: the one summary, and why people did not get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.dialogue.announcing.progress import Going, everybody
from bot.dialogue.flow import entry
from bot.dialogue.language import N_, _, isolate, n_, number, spoken, when
from bot.dialogue.messages import Button, Message

Reasons = Mapping[str, Mapping[str, int]]
"""How many people by the state of their row, and then by the reason that is kept with it."""

DIGEST: Final = "digest"
"""What comes behind it, after a colon, is the day of the overview."""
WORDS: Final[Mapping[str, str]] = {
    "no consent": N_("do not want it any more"),
    "unreachable": N_("blocked the bot, or are not on Telegram any more"),
    "paused": N_("asked for a pause"),
    "night": N_("after the night"),
    "enough this week": N_("had three messages this week already"),
    DIGEST: N_("get it in their weekly overview"),
    "cancelled": N_("the sending was stopped before"),
    "too late": N_("it would have come too late"),
    "gone": N_("not here any more"),
    "answered": N_("have filled in the survey meanwhile"),
    "withdrawn": N_("it was taken back before"),
    "too old": N_("more than 48 hours old, so Telegram does not let me"),
    "refused": N_("Telegram did not accept it"),
    "uncertain": N_("the connection broke at that very moment"),
}
"""Why, by what is kept of it."""
OTHERWISE: Final = N_("another reason")
MOST_COUNTED: Final = 10_000
"""Of more people why they did not get it is not counted for a message, but stands in the file."""
FEWEST: Final = 5
"""Numbers of presses are told in steps of this, and none below it, so that nobody is found."""


def reason(kept: str | None, state: str = "") -> str:
    """Why somebody did not get it, or not yet, as it stands behind a name or before a number."""
    known = (kept or "").partition(":")[0]
    if known not in WORDS and state == "failed":
        known = "refused"
    if known not in WORDS and state == "uncertain":
        known = "uncertain"
    words = WORDS.get(known, OTHERWISE)
    return _(words)


def merged(state: str, reasons: Mapping[str, int]) -> dict[str, int]:
    """Reasons in words with their numbers, the largest first; what reads the same is added up."""
    found: dict[str, int] = {}
    for kept, n in reasons.items():
        words = reason(kept, state)
        found[words] = found.get(words, 0) + n
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def lines(going: Going, reasons: Reasons) -> Iterator[str]:
    """All numbers, which add up to everybody it is for, with why below those who lack it."""
    yield n_("It is for {n} person.", "It is for {n} people.", everybody(going)).format(
        n=number(everybody(going))
    )
    yield _sent(going.kind).format(n=number(going.sent))
    groups = (
        (_("Still to go: {n}"), "", going.open - going.held),
        (_("Later, held back for now: {n}"), "held", going.held),
        (_("Did not arrive: {n}"), "failed", going.failed),
        (_("Did not go: {n}"), "skipped", going.skipped),
        (_("Not sure whether it arrived: {n}"), "uncertain", going.uncertain),
    )
    for text, state, n in groups:
        if n:
            yield text.format(n=number(n))
            yield from _why(state, reasons.get(state, {}))


def apart(going: Going) -> int:
    """How many did not get it, or not yet."""
    return going.failed + going.skipped + going.held + going.uncertain


def _sent(kind: str) -> str:
    match kind:
        case "correct":
            return _("Changed: {n}")
        case "withdraw":
            return _("Taken back: {n}")
        case _:
            return _("Sent: {n}")


def _why(state: str, reasons: Mapping[str, int]) -> Iterator[str]:
    for words, n in merged(state, reasons).items():
        yield _("– {reason}: {n}").format(reason=words, n=number(n))


def summary(title: str, going: Going, reasons: Reasons, *, counts: bool) -> Message:
    """The one message at the end, with what can be done next.

    `counts`: it has buttons whose presses are counted.
    """
    said = [_head(going).format(title=title), "", *lines(going, reasons)]
    if going.kind == "send":
        said += ["", unread()]
        if counts:
            said.append(_("How often its buttons are pressed you see later, at /announcements."))
    return Message("\n".join(said), tuple(rows(going, reasons)))


def _head(going: Going) -> str:
    match going.kind, going.state:
        case "send", "cancelled":
            return _("{title} was stopped.")
        case "correct", "cancelled":
            return _("Correcting {title} was stopped.")
        case "correct", _:
            return _("{title} is corrected.")
        case "withdraw", "cancelled":
            return _("Taking back {title} was stopped.")
        case "withdraw", _:
            return _("{title} is taken back.")
        case _:
            return _("{title} has gone out.")


def unread() -> str:
    """What nobody can know."""
    return _("Telegram does not tell who reads a message.")


def rows(going: Going, reasons: Reasons) -> Iterator[tuple[Button, ...]]:
    """What can be done about a sending that is over.

    What was stopped is not tried again, nor who blocked the bot.
    """
    if everybody(going) > going.sent:
        yield (Button(_("Who did not get it"), entry("recipient_list", going.id)),)
    yield (Button(_("Get the list as a file"), entry("recipient_file", going.id)),)
    blocked = reasons.get("failed", {}).get("unreachable", 0)
    if going.failed > blocked and going.state == "done":
        yield (Button(_("Try the failed ones again"), entry("send_again", going.id)),)
    if going.kind == "send" and going.sent:
        yield (
            Button(_("Correct it"), entry("correct_announcement", going.announcement)),
            Button(_("Withdraw it"), entry("withdraw_announcement", going.announcement)),
        )


def presses(n: int, readers: int | None) -> str:
    """How many people pressed a button, in steps, so that nobody is found in one more or less.

    `readers` are all who could press it, None if that is not known: it is never told that all did.
    """
    if readers is not None and readers <= FEWEST:
        return _("hidden, as few people got it")
    known = n if readers is None else min(n, readers - 1)
    if known < FEWEST:
        return _("fewer than {n}").format(n=FEWEST)
    shown = known - known % FEWEST
    return n_("at least {n} person", "at least {n} people", shown).format(n=number(shown))


def when_planned(due: datetime | None, now: datetime, zone: str) -> str:
    """When it goes out, as a sentence; a minute is for second thoughts."""
    if due is None:
        return _("It goes out a minute after you agree.")
    if due <= now:
        return _("It was planned for {when}. Now it goes a minute after you agree.").format(
            when=when(due, zone, now)
        )
    if due - now <= timedelta(minutes=2):
        return _("It goes out in a minute.")
    return _("It goes out {when}.").format(when=when(due, zone, now))


class Named(Protocol):
    """Somebody, who may have told no name."""

    @property
    def name(self) -> str | None: ...


def label(button: Mapping[str, Any]) -> str:
    """What stands on a button, in the language being spoken if it was written in that."""
    labels: Mapping[str, str] = button["label"]
    return labels.get(spoken()) or next(iter(labels.values()))


def name(somebody: Named | None) -> str:
    """What a colleague is called."""
    return isolate(somebody.name, 60) if somebody and somebody.name else _("Somebody")
