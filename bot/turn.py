"""The heart: one update, one transaction.

`apply` takes an update that was seen for the first time and leaves behind its effect, the new state
of the conversation and the messages to send, all in the transaction it was given. It may be run
twice by the database and does nothing else than write there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.dialogue import phrases
from bot.dialogue.choices import match_shown
from bot.dialogue.citizen_numbers import has_citizen_number
from bot.dialogue.exchange import Moment
from bot.dialogue.language import speaking
from bot.dialogue.messages import (
    Heard,
    Incoming,
    Message,
    Origin,
    Pressed,
    Reachable,
    Shared,
    dump,
    load,
)
from bot.guards import Guards
from bot.router import Answer, Book, Route, Start, Verb, is_command, reply_to, route
from bot.steering import steer
from bot.talks import Talks
from storage import conversations, outbox, people, said
from storage.outbox import Draft
from storage.people import Person
from storage.transaction import Tx

MUTED = timedelta(minutes=10)
SEEN_AGAIN = timedelta(hours=12)
"""`last_seen` is written no more often than this."""


@dataclass(frozen=True, slots=True)
class House:
    """What every turn shares; nothing in it changes while the bot runs, the guards apart."""

    book: Book
    zone: ZoneInfo
    languages: tuple[str, ...]
    default_language: str
    username: str
    owner: str
    guards: Guards

    def language_for(self, wanted: str) -> str:
        """The language to speak with somebody whose app is in `wanted`."""
        base = wanted.lower().split("-")[0]
        return base if base in self.languages else self.default_language


@dataclass(frozen=True, slots=True)
class Applied:
    """What is to be done after the commit: rows for the sender, a press to be answered."""

    rows: Sequence[outbox.Row] = ()
    toast: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """The bot's clock, which can be moved, and real time, which leases follow."""

    now: datetime
    real: datetime


def apply(tx: Tx, house: House, incoming: Incoming, row: int, times: Times) -> Applied:
    """The effect of one update; `row` is its place in the inbox. Those of a chat wait in line."""
    origin = incoming.origin
    tx.lock(f"chat:{origin.chat}")
    if not origin.private:
        return _in_group(tx, house, incoming, row, times)
    if isinstance(incoming, Reachable):
        return _reachable(tx, house, incoming, times)
    person, talk = _who(tx, house, origin, times.now)
    query = incoming.query if isinstance(incoming, Pressed) else ""
    if person.muted_until is not None and person.muted_until > times.now:
        return Applied(toast=(query, "") if query else None)
    moment = Moment(times.now, house.zone)
    with speaking(person.language):
        if house.guards.too_fast(origin.chat, times.real):
            people.change(tx, person.id, muted_until=times.now + MUTED)
            talks = Talks(tx, house.book, person, None, moment)
            talks.say(Message(phrases.slow_down()))
        else:
            talks = Talks(tx, house.book, person, talk, moment)
            _take(tx, house, talks, incoming)
            talks.offer_parked()
            if talks.toast and not query:
                talks.say(Message(talks.toast))
        rows = _send(tx, house, talks, row, times)
    return Applied(rows, (query, talks.toast) if query else None)


def _who(
    tx: Tx, house: House, origin: Origin, now: datetime
) -> tuple[Person, conversations.Conversation | None]:
    found = conversations.who_and_where(tx, origin.chat)
    if found is None:
        return people.arrive(tx, origin.chat, house.language_for(origin.language), now), None
    person, talk = found
    if not person.reachable:
        _come_back(tx, origin.chat, now)
        person = replace(person, reachable=True)
    if now - person.last_seen > SEEN_AGAIN:
        people.change(tx, person.id, last_seen=now)
    return person, talk


def _take(tx: Tx, house: House, talks: Talks, incoming: Heard | Pressed | Shared) -> None:
    typed = _typed(incoming)
    if typed and has_citizen_number(typed):
        talks.say(Message(phrases.no_citizen_number()))
        return talks.repeat()
    if isinstance(incoming, Shared) and talks.talk is None and _is_told(tx, talks, incoming):
        return None
    wanted = route(house.book, incoming, open_question=talks.talk is not None)
    if isinstance(incoming, Heard) and isinstance(wanted, Answer | Verb):
        wanted = _reply(tx, house, incoming) or wanted
        if talks.talk is None and not isinstance(wanted, Start):
            wanted = _nearby_button(tx, house, incoming) or wanted
    return steer(talks, wanted)


def _typed(incoming: Heard | Pressed | Shared) -> str:
    match incoming:
        case Heard(text=text, spans=spans) | Shared(caption=text, spans=spans):
            return "\n".join([text, *(span.url for span in spans if span.url)])
        case Pressed():
            return ""


def _is_told(tx: Tx, talks: Talks, shared: Shared) -> bool:
    """Whether another part of the same album was answered already; all get one answer."""
    if not shared.album:
        return False
    talks.about = f"album:{shared.album}"
    last = said.recent(tx, shared.origin.chat, 4)
    return any(content.get("about") == talks.about for _row, content in last)


def _reply(tx: Tx, house: House, heard: Heard) -> Start | None:
    """The flow that takes this text as a reply to a message of the bot's."""
    if not heard.reply_to:
        return None
    about = said.message_about(tx, heard.origin.chat, heard.reply_to)
    return reply_to(house.book, about, heard.text) if about else None


def _nearby_button(tx: Tx, house: House, heard: Heard) -> Route | None:
    """Where the button leads that is typed here, of the messages that were sent last.

    It may start a flow, or take up a talk that was offered. Questions that are over do not count.
    """
    shown: list[dict[str, str]] = []
    for _row, content in said.recent(tx, heard.origin.chat, 4):
        buttons = {b.data: b.label for b in load(content).buttons}
        offers = any(data.startswith("k:go:") for data in buttons)
        kinds = ("f:", "k:") if offers else ("f:",)
        if found := {data: label for data, label in buttons.items() if data.startswith(kinds)}:
            shown.append(found)
    typed = match_shown(heard.text, shown)
    if typed is None:
        return None
    return route(house.book, Pressed(heard.origin, typed, ""), open_question=False)


def _send(tx: Tx, house: House, talks: Talks, row: int, times: Times) -> list[outbox.Row]:
    chat = talks.person.chat
    spoken = talks.spoken()
    said = [m for m in spoken if not house.guards.looping(chat, m.text, times.real)]
    asks = bool(said) and said[-1] is spoken[-1] and talks.asked
    if said and talks.about and not said[-1].about:
        said[-1] = replace(said[-1], about=talks.about)
    last = len(said) - 1
    drafts = [Draft(chat, dump(m), asks=asks and n == last) for n, m in enumerate(said)]
    for edited, message in talks.edits:
        if message.text or asks or not talks.asked:  # a question held back: the old one stays
            drafts.append(Draft(chat, dump(message) if message.text else None, edits=edited))
    rows = _promise(tx, house, drafts, row, times)
    talks.settle(rows[last].id if asks else None)
    return rows


def _promise(tx: Tx, house: House, drafts: list[Draft], row: int, times: Times) -> list[outbox.Row]:
    return outbox.reply(tx, row, drafts, owner=house.owner, real_now=times.real, now=times.now)


def _reachable(tx: Tx, house: House, change: Reachable, times: Times) -> Applied:
    chat = change.origin.chat
    if change.now:
        people.arrive(tx, chat, house.language_for(change.origin.language), times.now)
        _come_back(tx, chat, times.now)
    else:
        people.blocked(tx, chat, times.now)
        outbox.cancel_for_chat(tx, chat)
    return Applied()


def _come_back(tx: Tx, chat: str, now: datetime) -> None:
    """Who blocked us is there again, and is reminded of what they signed up for before."""
    people.set_reachable(tx, chat, reachable=True)
    outbox.renew(tx, chat, now)


def _in_group(tx: Tx, house: House, incoming: Incoming, row: int, times: Times) -> Applied:
    """Nothing personal is said in a group: a command of ours gets a link to the private chat."""
    chat = incoming.origin.chat
    if not (isinstance(incoming, Heard) and is_command(house.book, incoming.text, house.username)):
        return Applied()
    if house.guards.too_fast(chat, times.real):
        return Applied()
    with speaking(house.language_for(incoming.origin.language)):
        text = phrases.in_group(f"https://t.me/{house.username}?start=menu")
    return Applied(_promise(tx, house, [Draft(chat, dump(Message(text)))], row, times))


def apologise(tx: Tx, house: House, chat: str, row: int, times: Times) -> Applied:
    """One apology to somebody whose update was set aside; their open talk stays as it was."""
    person = people.by_chat(tx, chat)
    with speaking(person.language if person else house.default_language):
        sorry = dump(Message(phrases.apology()))
    return Applied(_promise(tx, house, [Draft(chat, sorry)], row, times))
