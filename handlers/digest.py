"""The weekly overview of the news, for those who chose one message over many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.dialogue.announcing.headlines import headline, numbered
from bot.dialogue.flow import Rendered, Then, entry, flow, render, tick
from bot.dialogue.language import _, isolate, n_, speaking
from bot.dialogue.messages import Button, Dropped, Message, PutOff
from bot.dialogue.phrases import said_stop
from bot.dialogue.talk import Talk
from storage import digests, gate, people, settings
from storage.gate import Later, Pass, Refused
from storage.news import Item
from storage.people import Purpose
from storage.transaction import Tx

MOST: Final = 6
"""So many items are named; the others are under News."""


@tick("digest", seconds=2)
def promise(tx: Tx, now: datetime) -> int:
    """Plan the next overview, and promise a page of one that is due."""
    return digests.promise(tx, now)


@render(digests.RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """What was kept back for somebody, if there is anything and the gate lets it through."""
    person = people.find(tx, arguments["person"])
    if person is None:
        return None
    items = digests.waiting(tx, person.id, arguments["key"], now)
    if not items:
        return Dropped("nothing new")
    match gate.decide(tx, person, Purpose.NEWS, arguments["key"], now):
        case Refused(why):
            return Dropped(str(why))
        case Later(at, why):
            return PutOff(at, str(why))
        case Pass():
            with speaking(person.language):
                return _written(settings.platform(tx).name, items)


def _written(platform: str, items: Sequence[Item]) -> Message:
    shown = list(enumerate(items[:MOST], 1))
    lines = [
        _("{number}. {title}").format(number=number, title=headline(one.content))
        for number, one in shown
    ]
    heading = _("The news of this week from {platform}:").format(platform=isolate(platform, 60))
    rows = [(Button(numbered(n, one.content), entry("news_item", one.id)),) for n, one in shown]
    left = len(items) - len(shown)
    if left:
        more = n_("There is {n} more.", "There are {n} more.", left).format(n=left)
        lines.append(more)
        rows.append((Button(_("See all news"), entry("news")),))
    change = Button(_("Change what I get"), entry("follow"))
    why = Button(_("Why do I get this?"), entry("why_digest"))
    stop = Button(_("No more news"), entry("stop_announcements", Purpose.NEWS))
    text = "\n".join([f"{heading}\n", *lines])
    return Message(text, (*rows, (why, change), (stop,)), about="digest")


@flow("why_digest")
def why_digest(talk: Talk, tx: Tx) -> None:
    """Why an overview comes, and how it comes otherwise or not at all."""
    talk.say(
        _(
            "You said that you want the news once a week. So I keep it for you, and send it on "
            "Friday at ten. If a week has no news, you get no message."
        ),
        [Button(_("Each message when it comes"), entry("follow", "single"))],
        [Button(_("Change what I get"), entry("follow"))],
        [Button(_("No more news"), entry("stop_announcements", Purpose.NEWS))],
    )


@flow("reply_to_digest", reply="digest")
def reply_to_digest(talk: Talk, tx: Tx, text: str) -> Then:
    """A reply to an overview is a question to a human; who only says stop wants no more of it."""
    if said_stop(text):
        return talk.then("stop_announcements", purpose=Purpose.NEWS)
    about = _("About the news of the week:\n{text}").format(text=text.strip())
    return talk.then("ask_on", text=about)
