"""Two updates of one chat at the same time, as two workers may have them, on both databases."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.dialogue import answers
from bot.dialogue.flow import flow
from bot.dialogue.messages import Heard, Origin
from bot.guards import Guards
from bot.receiver import take
from bot.router import book_of
from bot.turn import House, Times, apply
from storage import conversations, people

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
CHAT = "telegram:5"


@flow("walk", title="walking", command="/walk")
def walk(talk, tx):
    """Three words, kept as a name."""
    said = [talk.ask(key, f"{key}?", answers.text()) for key in ("first", "second", "third")]
    people.change(tx, talk.person.id, name=" ".join(said))
    talk.say("Done.")


HOUSE = House(
    book_of([walk]), ZoneInfo("Europe/Amsterdam"), ("en",), "en", "bot", "test", Guards(on=False)
)


def turn(tx, incoming, row, real, now):
    return apply(tx, HOUSE, incoming, row, Times(now, real))


async def hear(db, number, text):
    heard = Heard(Origin(f"telegram:{number}", CHAT), text)
    return await db.run(take, turn, heard, (NOW, NOW))


async def test_two_answers_of_one_chat_at_once_answer_one_question_each(db):
    for number in range(0, 40, 4):
        await hear(db, number, "/walk")
        at_once = (hear(db, number + n, f"word{n}") for n in (1, 2, 3))
        said = await asyncio.gather(*at_once)
        assert all(applied.rows for applied in said)
        person = await db.read(people.by_chat, CHAT)
        assert sorted(person.name.split()) == ["word1", "word2", "word3"]
        await db.run(people.change, person.id, name=None)


async def test_two_beginnings_at_once_are_one(db):
    for number in range(0, 30, 3):
        begun = await asyncio.gather(hear(db, number, "/walk"), hear(db, number + 1, "/walk"))
        assert all(applied.rows for applied in begun)
        await hear(db, number + 2, "stop")
    person, talk = await db.read(conversations.who_and_where, CHAT)
    assert talk is None
    assert await db.read(conversations.parked, CHAT) == []
    assert person.chat == CHAT
