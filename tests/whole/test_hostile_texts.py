"""Hostile texts in every open question of every flow: kept as typed, and shown harmless."""

import ast
import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

import handlers
from tests.stage import buttons
from tests.whole.hostile import EVERY_KIND, TEXTS

ASKED = {
    "join": {"name", "municipality", "neighbourhood", "initiative", "email"},
    "profile": {"name", "municipality", "neighbourhood", "initiative", "email"},
    "survey": {"few.other", "open", "number", "date", "place"},
    "rsvp": {"name"},
    "needs": {"words"},
    "someone": {"name"},
    "places": {"name", "municipality"},
    "ask": {"question"},
    "answer": {"answer"},
}
"""Every open question of residents, by flow; a new one has to be walked through below too."""

INSIDE = {"answer": "ask", "needs": "signed_up", "someone": "company"}
"""The module of a flow that is not called like it."""

SHARED = {"places": 1}
"""Questions that want a location: no text is an answer to them."""

OF_WHO_RUNS_IT = {
    "afterwards": 1, "announcement_approval": 1, "announcement_mending": 2, "following": 1,
    "inviting": 2, "look_back": 2, "manage": 1, "manage_dates": 3, "manage_seats": 2,
    "manage_writing": 1, "new_day": 5, "new_meeting": 1, "walk_in": 1,
}  # fmt: skip
"""Questions whose own transcripts, in tests/flows, give them hostile texts."""

WALKS = (
    ("/ask", ("vraag",)),
    ("/start meeting-2", "Yes", "1", ("Gast",), "Yes, there is", "skip", ("tolk",)),
    ("/start meeting-2", "Sign up somebody without a phone", ("Bep",), "/start meeting-6"),
    ("By name", ("Werf",), "/start meeting-6", "By municipality", ("Utrecht",)),
    ("/join", ("Noor",), ("Utrecht",), ("Vreeswijk",), "2", ("Tuin",), "1", *["yes"] * 5),
    (("noor@example.org",), "1"),
    ("/profile", "Name", ("Noor",), "/profile", "Municipality", ("Utrecht",)),
    ("/profile", "Neighbourhood", ("Vreeswijk",), "/profile", "Initiative", ("Tuin",)),
    ("/profile", "E-mail", ("noor@example.org",)),
    ("/start survey-2", "Other", ("anders",), ("open",), ("3",), ("1 May 2027",), ("Utrecht",)),
    ("/profile", "stop", "/mydata", "/mymeetings", "/start survey-2", "stop"),
)
"""What everybody types; where a tuple stands, their own text first, and this if it is refused."""

KEPT = {
    ("profile", "name"): ("name", "people WHERE true"),
    ("profile", "neighbourhood"): ("neighbourhood", "people WHERE true"),
    ("profile", "initiative"): ("initiative", "people WHERE true"),
    ("rsvp", "name"): ("rsvps.name", "rsvps JOIN people ON people.id = person WHERE true"),
    ("needs", "words"): ("needs_text", "rsvps JOIN people ON people.id = person WHERE true"),
    ("someone", "name"): ("rsvps.name", "rsvps JOIN people ON people.id = added_by WHERE true"),
    ("ask", "question"): ("text", "questions JOIN people ON people.id = person WHERE true"),
}
ANSWERS = (
    "answers JOIN answer_sets ON answer_sets.id = answer_set"
    " JOIN people ON people.id = person WHERE true"
)

FORMATTED = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "code", "pre",
    "text_link", "text_mention", "custom_emoji",
}  # fmt: skip


def test_every_open_question_of_the_flows_is_known_here():
    found = Counter[str]()
    for path in Path(handlers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"talk.ask", "Open"}:
                found[path.stem] += 1
    known = Counter[str](OF_WHO_RUNS_IT) + Counter(SHARED)
    for flow, keys in ASKED.items():
        known[INSIDE.get(flow, flow)] += len(keys)
    assert found == known


@pytest.mark.timeout(240)
async def test_hostile_texts_are_kept_as_typed_and_shown_harmless(stage):
    (stage.folder / "kinds.toml").write_text(EVERY_KIND)
    coordinator = stage.somebody("Carla")
    bot = await stage.trial(coordinator=coordinator)
    given = ("import", "--config", str(stage.config), str(stage.folder / "kinds.toml"))
    assert await (await stage.run("bot", *given)).ends() == 0
    victims = [Victim(stage.somebody(), text) for text in TEXTS.values()]
    await asyncio.gather(*(victim.walks() for victim in victims))
    await answers(coordinator, [Victim(coordinator, text) for text in TEXTS.values()])
    await coordinator.types("/results")
    await stage.quiet()
    assert {key for victim in victims for key in victim.asked} == {
        (flow, key) for flow, keys in ASKED.items() for key in keys if flow != "answer"
    }
    for victim in victims:
        victim.is_kept()
        shown_harmless(victim.talker)
    shown_harmless(coordinator)
    assert not stage.emulated.tally.errors
    assert "turn failed" not in bot.said
    assert await bot.stop() == 0


class Victim:
    """Somebody who answers every open question with one hostile text."""

    def __init__(self, talker, text):
        self.talker = talker
        self.text = text
        self.asked = {}
        """By (flow, key): whether the text was taken."""

    async def walks(self):
        for step in (step for walk in WALKS for step in walk):
            if isinstance(step, str):
                assert await self.talker.types(step)
            else:
                await self.tries(step[0])

    async def tries(self, instead):
        """Give the text; if it is refused, with a sentence, give something better.

        For what no phone can send there is one apology in ten minutes.
        """
        question = self.open()
        assert question is not None
        said = await self.talker.types(self.text)
        assert said or (self.asked and self.text == TEXTS["half"]), self.text[:30]
        self.asked[question] = self.open() != question
        if not self.asked[question]:
            await self.talker.types(instead)
            assert self.open() != question

    def open(self):
        """The question that waits for an answer in this chat."""
        found = self.talker.stage.look(
            "SELECT flow, waiting FROM conversations"
            f" WHERE chat = '{self.talker.chat}' AND status = 'active'"
        )
        return found[0] if found else None

    def is_kept(self):
        """What was taken stands in the database and on the screen as it was typed."""
        typed = self.text.replace("\0", "").strip()
        one_line = " ".join(typed.split())
        for key, (column, table) in KEPT.items():
            if self.asked[key]:
                wanted = one_line if key[1] == "name" else typed
                assert self.row(column, table) == [(wanted,)], (key, typed[:30])
        for name in ("few.other", "open"):
            if self.asked["survey", name]:
                [(value,)] = self.row("value", f"{ANSWERS} AND key = '{name}'")
                assert json.loads(value) == typed
        if self.asked["profile", "neighbourhood"] and typed.isprintable():
            assert any(typed in text for text in self.talker.texts())

    def row(self, column, table):
        """This column of what is kept of this person."""
        query = f"SELECT {column} FROM {table} AND chat = '{self.talker.chat}'"
        return self.talker.stage.look(query)


async def answers(coordinator, victims):
    """Answer one question after another, each with a hostile text."""
    stage = coordinator.stage
    wanted = stage.count("SELECT count(*) FROM questions")
    await stage.until(lambda: len(asking(coordinator)) == wanted)
    for victim, (message, data) in zip(victims, asking(coordinator), strict=False):
        await coordinator.is_taken(stage.emulated.press(coordinator.id, message, data)[0])
        await victim.tries("antwoord")
        assert set(victim.asked) == {("answer", "answer")}
    await stage.until(
        lambda: stage.count("SELECT count(*) FROM questions WHERE answer IS NULL") == 0
    )


def asking(coordinator):
    """The messages with somebody's question, and what their button says."""
    return [
        (message["message_id"], button["callback_data"])
        for message in coordinator.said()
        for button in buttons(message)
        if button["callback_data"].startswith("f:answer:")
    ]


def shown_harmless(talker):
    """No markup but our own, and no direction that spills out of what was typed."""
    for message in talker.said():
        text = message.get("text") or message.get("caption")
        for entity in message.get("entities", []):
            assert entity["type"] == "bold" or entity["type"] not in FORMATTED
        depth = 0
        for character in text:
            depth += (character == "\u2068") - (character == "\u2069")
            assert depth in (0, 1)
            assert character not in "\u2066\u2067"
        assert depth == 0
