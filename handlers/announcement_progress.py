"""What a coordinator is told while an announcement goes out: its progress, and one summary.

The progress is one message that is changed as it goes on, and only when something has changed. The
summary comes once, at the first end; whoever is held back then follows without further words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.announcing import progress, report
from bot.dialogue.announcing.letter import first_words
from bot.dialogue.flow import Rendered, render, tick
from bot.dialogue.language import _, n_, number, speaking
from bot.dialogue.messages import Message
from storage import (
    announcements,
    feeding,
    outbox,
    people,
    recipients,
    sending_notices,
    sendings,
    settings,
)
from storage.announcements import Announcement
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import morning_after
from storage.sendings import Kind, Sending, State, Why
from storage.transaction import Tx

LONG: Final = timedelta(minutes=10)
"""After this long, the progress is shown less often."""
SELDOM: Final = timedelta(seconds=30)
OF_USE: Final = timedelta(days=7)
"""So long a notice is worth sending."""


@tick("announcement_progress", seconds=5)
def show(tx: Tx, now: datetime) -> int:
    """Promise the progress of what changed, and the summary of what has come to its end."""
    running = [one for one in sendings.under_way(tx) if one.finished is None]
    changed = sum(_show(tx, one, now) for one in running)
    return changed + sum(_sum_up(tx, one, now) for one in sendings.to_sum_up(tx))


def _show(tx: Tx, one: Sending, now: datetime) -> bool:
    person = _told(tx, one)
    if person is None:
        return False
    if one.state == State.PAUSED and one.why == Why.ERRORS:
        _promise(tx, f"paused:{one.id}:{one.failed}", person, "announcement_paused", one, now)
    last = sending_notices.last_shown(tx, one.progress) if one.progress is not None else {}
    if one.progress is None or sending_notices.chat_of(tx, one.progress) != person.chat:
        return _first(tx, one, person, now)
    figures = _figures(tx, one, now)
    if last.get("figures") == figures or _too_soon(one, last, figures, now):
        return False
    return _edit(tx, one, person, _pace(one, last, figures, now), now)


def _first(tx: Tx, one: Sending, person: Person, now: datetime) -> bool:
    figures = _figures(tx, one, now)
    key = f"progress:{one.id}:{person.id}"
    known = {"figures": figures, "since": now.isoformat(), "base": progress.through(one)}
    promised = _promise(tx, key, person, "announcement_progress", one, now, **known)
    row = sending_notices.row_of(tx, key)
    if row is not None:
        sendings.set_columns(tx, one.id, progress=row, shown=now)
    return promised


def _edit(tx: Tx, one: Sending, person: Person, known: Mapping[str, Any], now: datetime) -> bool:
    assert one.progress is not None
    key = f"progress:{one.id}:{one.state}:{now.isoformat()}"
    sendings.set_columns(tx, one.id, shown=now)
    return outbox.promise(
        tx,
        Promise(
            key, person.chat, "announcement_progress",
            {"sending": one.id, "person": person.id, **known}, now, now + OF_USE,
            edits=one.progress,
        ),
        now,
    )  # fmt: skip


def _figures(tx: Tx, one: Sending, now: datetime) -> list[Any]:
    """What the progress depends on; the state comes first."""
    asleep = _morning(tx, one, now) is not None
    numbers = [one.open, one.held, one.sent, one.failed, one.skipped, one.uncertain]
    return [one.state, one.why, asleep, *numbers]


def _too_soon(one: Sending, last: Mapping[str, Any], figures: Sequence[Any], now: datetime) -> bool:
    """Whether a long one was shown a moment ago, and only its numbers have changed."""
    same = list(last.get("figures", ()))[:3] == list(figures[:3])
    return same and now - one.started > LONG and one.shown is not None and now - one.shown < SELDOM


def _pace(
    one: Sending, last: Mapping[str, Any], figures: list[Any], now: datetime
) -> dict[str, Any]:
    """From when on it goes without a stop, to know how fast."""
    goes = list(last.get("figures", ()))[:3] == figures[:3] == [State.SENDING, None, False]
    if goes and "since" in last:
        return {"figures": figures, "since": last["since"], "base": last["base"]}
    return {"figures": figures, "since": now.isoformat(), "base": progress.through(one)}


def _morning(tx: Tx, one: Sending, now: datetime) -> datetime | None:
    """When it goes on, if it waits for the end of the night."""
    told = announcements.find(tx, one.announcement)
    if one.state != State.SENDING or told is None or not feeding.is_quiet(tx, told, one.kind, now):
        return None
    return morning_after(now, settings.platform(tx).zone)


def _blocked(tx: Tx, one: Sending) -> int:
    """How many blocked the bot, where they are few enough to be counted each time."""
    if not one.failed or report.apart(one) > report.MOST_COUNTED:
        return 0
    return recipients.reasons(tx, one.id).get("failed", {}).get("unreachable", 0)


def _told(tx: Tx, one: Sending) -> Person | None:
    """Who wrote it; where they cannot be told any more, who agreed, or who is longest there."""
    announcement = announcements.find(tx, one.announcement)
    writer = announcement.made_by if announcement is not None else None
    first = [writer, one.made_by] if one.kind == Kind.SEND else [one.made_by, writer]
    return sending_notices.told(tx, *first)


def _promise(  # noqa: PLR0913, PLR0917 - a promise and who it is about
    tx: Tx, key: str, person: Person, renderer: str, one: Sending, now: datetime, **known: Any
) -> bool:
    arguments = {"sending": one.id, "person": person.id, **known}
    return outbox.promise(
        tx, Promise(key, person.chat, renderer, arguments, now, now + OF_USE), now
    )


def _sum_up(tx: Tx, one: Sending, now: datetime) -> bool:
    """Promise the one summary, when nothing is on its way any more."""
    person = _told(tx, one) if one.is_settled else None
    if person is None:
        return False
    sendings.set_columns(tx, one.id, summed_up=now)
    if one.progress is not None and sending_notices.chat_of(tx, one.progress) == person.chat:
        _edit(tx, one, person, {"figures": _figures(tx, one, now)}, now)
    _tell_writer(tx, one, person, now)
    return _promise(tx, f"summary:{one.id}", person, "announcement_summary", one, now)


def _tell_writer(tx: Tx, one: Sending, told: Person, now: datetime) -> None:
    """Whose message a colleague has changed or taken back hears of it too, once it is done."""
    announcement = announcements.find(tx, one.announcement)
    writer = sending_notices.person(tx, announcement.made_by) if announcement is not None else None
    if writer is None or writer.id == told.id or one.kind == Kind.SEND:
        return
    if writer.reachable and writer.is_coordinator:
        key = f"summary:{one.id}:{writer.id}"
        _promise(tx, key, writer, "announcement_summary", one, now)


# How that reads.


def _known(tx: Tx, arguments: Mapping[str, Any]) -> tuple[Sending, Announcement, Person] | None:
    """The sending, its announcement and who is told, if all are there and they may know."""
    one, person = sendings.find(tx, arguments["sending"]), people.find(tx, arguments["person"])
    announcement = announcements.find(tx, one.announcement) if one is not None else None
    if one is None or announcement is None or person is None or not person.is_coordinator:
        return None
    return one, announcement, person


@render("announcement_progress")
def write_progress(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """How far it is by now."""
    known = _known(tx, arguments)
    if known is None:
        return None
    one, announcement, person = known
    with speaking(person.language):
        since = arguments.get("since")
        return progress.message(
            one,
            progress.View(
                progress.title(first_words(announcement.content)),
                now,
                settings.platform(tx).zone,
                datetime.fromisoformat(since) if since else None,
                arguments.get("base", 0),
                _blocked(tx, one),
                _morning(tx, one, now),
                announcement.paid,
            ),
        )


@render("announcement_summary")
def write_summary(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Rendered:
    """What became of it, as the numbers stand by now."""
    known = _known(tx, arguments)
    if known is None:
        return None
    one, announcement, person = known
    with speaking(person.language):
        words = progress.title(first_words(announcement.content))
        few = report.apart(one) <= report.MOST_COUNTED
        reasons = recipients.reasons(tx, one.id) if few else {}
        buttons = (announcement.content or {}).get("buttons", ())
        counts = any(button["kind"] != "link" for button in buttons)
        return report.summary(words, one, reasons, counts=counts)


@render("announcement_paused")
def write_paused(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Rendered:
    """Somebody has to look: too many went wrong in a row."""
    known = _known(tx, arguments)
    if known is None or known[0].state != State.PAUSED:
        return None
    one, announcement, person = known
    with speaking(person.language):
        said = _(
            "I have paused {title}: {count} in a row.\n\nThe others wait. "
            "Look at what went wrong before you go on."
        )
        if not one.errors:
            said = _(
                "I have paused {title}: something went wrong on my side. The others wait. "
                "Ask your admin to look before you go on."
            )
        count = n_("Telegram refused {n} message", "Telegram refused {n} messages", one.errors)
        title = progress.title(first_words(announcement.content))
        return Message(
            said.format(title=title, count=count.format(n=number(one.errors))),
            (
                (progress.resume(one), progress.stop(one)),
                (progress.look(announcement.id),),
            ),
        )
