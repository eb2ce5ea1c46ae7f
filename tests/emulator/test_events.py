"""The stream of events that the page listens to."""

import asyncio
import json

from bot.emulator.events import Events
from tests.emulator.emulated import NOOR, QUESTION


class Stream:
    """A listener that reads one event after the other."""

    def __init__(self, answer):
        self.answer = answer
        self.number = ""

    async def next(self):
        async with asyncio.timeout(5):
            while not (line := (await self.answer.content.readline()).decode()).startswith("data:"):
                if line.startswith("id: "):
                    self.number = line[4:].strip()
        return json.loads(line[5:])


async def test_what_happens_is_told_in_order(emulated):
    async with emulated.http.get(f"{emulated.address}/events") as answer:
        assert answer.content_type == "text/event-stream"
        stream = Stream(answer)
        sent = await emulated.says(reply_markup=QUESTION)
        told = await stream.next()
        assert (told["kind"], told["chat"], told["message"]) == ("message", NOOR, sent)
        await emulated.gives("sendChatAction", chat_id=NOOR, action="typing")
        assert (await stream.next())["kind"] == "typing"
        _, query = emulated.world.press(NOOR, sent["message_id"], "yes")
        answered = {"callback_query_id": query, "text": "Fijn", "show_alert": True}
        await emulated.gives("answerCallbackQuery", **answered)
        told = await stream.next()
        assert (told["kind"], told["person"], told["text"], told["alert"]) == (
            "callback_answer", NOOR, "Fijn", True
        )  # fmt: skip
        place = {"chat_id": NOOR, "message_id": sent["message_id"]}
        await emulated.gives("editMessageText", **place, text="Dank")
        assert (await stream.next())["kind"] == "edited"
        await emulated.gives("deleteMessage", **place)
        told = await stream.next()
        assert (told["kind"], told["message"]["message_id"]) == ("deleted", sent["message_id"])
        await emulated.post("/time", seconds=1)
        assert (await stream.next())["kind"] == "clock"


async def test_who_reconnects_gets_what_was_missed(emulated):
    async with emulated.http.get(f"{emulated.address}/events") as answer:
        stream = Stream(answer)
        await emulated.says("Een")
        await stream.next()
    await emulated.says("Twee")
    headers = {"Last-Event-ID": stream.number}
    async with emulated.http.get(f"{emulated.address}/events", headers=headers) as answer:
        assert (await Stream(answer).next())["message"]["text"] == "Twee"


async def test_who_missed_too_much_is_told_to_load_all_again(emulated):
    headers = {"Last-Event-ID": "17"}
    async with emulated.http.get(f"{emulated.address}/events", headers=headers) as answer:
        assert (await Stream(answer).next())["kind"] == "reset"


def test_the_buffer_is_bounded_and_knows_what_it_lost():
    events = Events(kept=3)
    start = events.last
    for number in range(5):
        events.emit("message", text=str(number))
    assert events.after(start) is None
    assert events.after(start + 1) is None
    assert [event["text"] for _, event in events.after(start + 2) or []] == ["2", "3", "4"]
    assert events.after(start + 5) == []
    assert events.after(start + 6) is None


async def test_a_callback_inside_the_process_hears_the_same(emulated):
    heard = []
    stop = emulated.world.on_event(lambda event: heard.append(event["kind"]))
    emulated.world.text(NOOR, "Dag")
    stop()
    emulated.world.text(NOOR, "Nog eens")
    assert heard == ["message"]
