"""Writing to many with everything at its longest and its oddest, over HTTP: nothing is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage import Database, people
from storage.people import Consent, Purpose, Role
from storage.transaction import Tx
from tests.stage import Process, Stage, Talker, buttons, text_of
from tests.whole.announced import LABEL, READERS, Announced, by_day
from tests.whole.crowded import STRANGERS
from tests.whole.hostile import FAMILY, TEXTS
from tests.whole.walker import Walker

ANSWERS = (
    FAMILY * 372, FAMILY * 93, LABEL, "https://example.org/" + "r" * 400, "Utrecht",
    "2 days before", "20 April 2030 19:30", "5",
)  # fmt: skip
OF_ONE = (
    "announcement", "announcement_preview", "compose", "audience_list", "audience_file",
    "approve_announcement", "refuse_announcement", "correct_announcement",
    "withdraw_announcement", "copy_announcement", "recipient_list", "recipient_file",
    "send_again", "cancel_sending", "undo_announcement", "drop_announcement",
)  # fmt: skip
"""What a coordinator can do with one of them."""
OF_READERS = ("news_item", "why_announcement", "tap", "reply_to_announcement")
HOMES = ("announcements", "announce", "followers", "news", "preferences", "follow")
UNSENT = "SELECT renderer, state, error FROM outbox WHERE state IN ('refused', 'uncertain')"
SHORT = (
    "/announce", "News", "Everybody", "yes", "Kattekwaad.", *["skip"] * 2, "skip", "Link",
    "example.org", "Lees", "no more buttons", "no", "done", "skip", "no", "now",
)  # fmt: skip
SECRETS = ("Kattekwaad", "voorbijdekat", "evil.example", "DROP TABLE", "x-kat-url")
SPANS: dict[str, Any] = {
    "ten thousand": [{"type": "bold", "offset": n % 20, "length": 1} for n in range(10_000)],
    "beyond": [{"type": "italic", "offset": 5, "length": 10**9}, {"type": "bold", "offset": -3,
               "length": 4}, {"type": "code", "offset": 10**12, "length": 10**12}],
    "half a sign": [{"type": "bold", "offset": 1, "length": 1}],
    "links": [{"type": "text_link", "offset": 0, "length": 4, "url": url} for url in
              ("javascript:alert(1)", "https://x-kat-url.example/" + "a" * 5000, "http://\"<>")],
    "crossing": [{"type": kind, "offset": n, "length": 9} for n, kind in enumerate(
        ("bold", "pre", "blockquote", "text_link", "expandable_blockquote", "code", "spoiler"))],
    "no spans at all": [None, 3, "bold", {}, {"type": None, "offset": "1", "length": True}, []],
    "not even a list": {"type": "bold"},
}  # fmt: skip
"""Formatting that no app sends."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    zone = {"timezone": by_day()}
    async with Stage(tmp_path, platform=zone, log={"level": "DEBUG"}) as made:
        yield made


async def filled(stage: Stage, chats: dict[str, tuple[str, str]]) -> Announced:
    for number in range(READERS):
        stage.emulated.add_person("P", id=STRANGERS + number, started=True)
    sent = stage.emulated.document(min(stage.emulated.people)).message
    assert sent is not None
    file = sent["document"]["file_id"]
    made = await in_database(stage, lambda tx: Announced(tx, datetime.now(UTC), chats, file))
    assert isinstance(made, Announced)
    return made


async def in_database(stage: Stage, unit: Callable[[Tx], object]) -> object:
    database = await Database.open(f"sqlite:///{stage.database}")
    made = await database.run(unit)
    await database.close()
    return made


def ways(made: Announced, language: str, role: str) -> list[str]:
    """Where a walk begins; each language walks through half of them."""
    names = OF_ONE if role == Role.COORDINATOR else OF_READERS
    mine = made.numbers[language == "nl" :: 2]
    found = [f"f:{name}:{one}" for one in mine for name in names if name != "tap"]
    if role != Role.COORDINATOR:
        found += [f"f:tap:{one}:{n}" for one in mine for n in range(3)]
    homes = HOMES if role == Role.COORDINATOR else HOMES[3:]
    return [*(f"f:{name}" for name in homes), *found]


@pytest.mark.timeout(200)
async def test_nothing_of_the_longest_announcements_is_refused(stage: Stage) -> None:
    who = {stage.somebody("Carla"): ("en", Role.COORDINATOR),
           stage.somebody("Carel"): ("nl", Role.COORDINATOR),
           stage.somebody("Noor"): ("en", Role.NONE),
           stage.somebody("Nico"): ("nl", Role.NONE)}  # fmt: skip
    bot = await stage.bot()
    made = await filled(stage, {talker.chat: how for talker, how in who.items()})
    for talker in who:
        await talker.types("/menu")
    walkers = [Walker(talker, ANSWERS) for talker in who]
    await asyncio.gather(*(walker.walks(*ways(made, *who[walker.talker])) for walker in walkers))
    await stage.quiet()
    met = {name for walker in walkers for name in walker.started}
    assert {*OF_ONE, *OF_READERS, *HOMES} - met == set()
    assert len({question for walker in walkers for question in walker.asked}) >= 20
    nothing_was_refused(stage, bot)
    assert await bot.stop() == 0


def nothing_was_refused(stage: Stage, bot: Process, unreadable: int = 0) -> None:
    assert stage.look(UNSENT) == []
    assert stage.count("SELECT count(*) FROM inbox WHERE state = 'set_aside'") == unreadable
    assert stage.emulated.tally.errors == {}
    assert not bot.lines("turn failed")


@pytest.mark.timeout(200)
async def test_hostile_texts_and_formatting_reach_the_preview_and_no_log(stage: Stage) -> None:
    carla = stage.somebody("Carla")
    bot = await stage.bot()
    await in_database(stage, lambda tx: becomes_coordinator(tx, carla.chat))
    await carla.types(*SHORT)
    for typed in TEXTS.values():
        await changes(carla)
        await carla.is_taken(stage.emulated.text(carla.id, typed).update_id)
        await is_over(carla, typed.replace("\0", "").strip())
    for spans in SPANS.values():
        await changes(carla)
        await carla.is_taken(sends_raw(carla, "\U0001f408 voorbijdekat en nog wat", spans))
        await is_over(carla, "\U0001f408 voorbijdekat en nog wat")
    await stage.quiet()
    nothing_was_refused(stage, bot, unreadable=len({"half"} & TEXTS.keys()))
    assert await bot.stop() == 0
    for secret in SECRETS:
        assert secret not in bot.said
    assert "DEBUG" in bot.said


def becomes_coordinator(tx: Tx, chat: str) -> None:
    """Who wants news too, so that there is somebody to send it to."""
    now = datetime.now(UTC)
    person = people.arrive(tx, chat, "en", now)
    people.change(tx, person.id, role=Role.COORDINATOR)
    people.record_consent(tx, person.id, Consent(Purpose.NEWS, True, "1", "en", "test", now))


async def changes(carla: Talker) -> None:
    """Ask for the text again."""
    await carla.presses("Change or add something")
    await carla.presses("Text in Dutch")


async def is_over(carla: Talker, typed: str) -> None:
    """The preview shows what was typed, or it was not taken; then something better is."""
    if not any(button["text"].startswith("Send") for button in buttons(carla.said()[-1])):
        await carla.types("Kattekwaad.")
        typed = "Kattekwaad."
    shown = [text_of(message) for message in carla.said()[-4:]]
    assert any(letters(text).startswith(letters(typed)) for text in shown), (typed[:40], shown)


def letters(text: str) -> str:
    """The first of them: of the others the Bot API leaves out some, and shows some otherwise."""
    return "".join(sign for sign in text if sign.isalnum())[:40]


def sends_raw(carla: Talker, text: str, entities: Any) -> int:
    """A message that no app would send."""
    person = {"id": carla.id, "is_bot": False, "first_name": "Carla", "language_code": "en"}
    message = {"message_id": 10**6, "date": 10**9, "from": person, "text": text,
               "chat": {"id": carla.id, "type": "private"}, "entities": entities}  # fmt: skip
    return carla.stage.emulated.updates.add_raw({"message": message})
