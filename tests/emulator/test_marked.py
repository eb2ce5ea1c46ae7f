"""Marked texts and captions from people, files sent on, deletions, and what is paid for."""

import json

import aiohttp
import pytest

from bot.dialogue.formatting import as_rich
from bot.dialogue.messages import Span, as_html
from bot.emulator.sounds import silence
from tests.emulator.emulated import CARLA, NOOR

ME = f"/people/{NOOR}"
BOLD = {"type": "bold", "offset": 0, "length": 4}
LINK = {"type": "text_link", "offset": 5, "length": 3, "url": "https://example.org/"}


async def last(emulated, kind="message"):
    return (await emulated.updates())[-1][kind]


@pytest.mark.parametrize("deed", ["photo", "document", "voice"])
async def test_a_caption_may_be_marked(emulated, deed):
    await emulated.post(f"{ME}/{deed}", caption=" Fijn hé!", caption_entities=[
        {**BOLD, "offset": 1}, {**LINK, "offset": 6},
    ])  # fmt: skip
    heard = await last(emulated)
    assert heard["caption"] == "Fijn hé!"
    assert heard["caption_entities"] == [BOLD, LINK]
    await emulated.post(f"{ME}/{deed}", 400, caption="kort", caption_entities=[LINK])
    await emulated.post(f"{ME}/{deed}", 400, caption="kort", caption_entities="no list")


async def test_a_file_of_ones_own_comes_with_its_marked_caption(emulated):
    form = aiohttp.FormData()
    form.add_field("voice", b"Ogg...", filename="mij.ogg", content_type="audio/ogg")
    form.add_field("caption", "Fijn hé!")
    form.add_field("caption_entities", json.dumps([BOLD]))
    async with emulated.http.post(f"{emulated.address}{ME}/voice", data=form) as answer:
        assert answer.status == 200
    heard = await last(emulated)
    assert (heard["caption"], heard["caption_entities"]) == ("Fijn hé!", [BOLD])
    assert heard["voice"]["file_size"] == 6


async def test_an_edit_may_mark_a_text_and_change_a_caption(emulated):
    sent = (await emulated.post(f"{ME}/text", text="Fijn hé!"))["message"]
    await emulated.post(f"{ME}/edit", 400, message_id=sent["message_id"], text="Fijn hé!")
    await emulated.post(
        f"{ME}/edit", message_id=sent["message_id"], text="Fijn hé!", entities=[BOLD]
    )
    assert (await last(emulated, "edited_message"))["entities"] == [BOLD]
    await emulated.post(f"{ME}/edit", message_id=sent["message_id"], text="Fijn hé!")
    assert "entities" not in await last(emulated, "edited_message")
    await emulated.post(f"{ME}/edit", 400, message_id=sent["message_id"], text=" ")

    photo = (await emulated.post(f"{ME}/photo", caption="Oud"))["message"]
    await emulated.post(f"{ME}/edit", message_id=photo["message_id"], text="Nieuw", entities=[BOLD])
    edited = await last(emulated, "edited_message")
    assert (edited["caption"], edited["caption_entities"]) == ("Nieuw", [BOLD])
    assert edited["photo"] == photo["photo"]
    await emulated.post(f"{ME}/edit", message_id=photo["message_id"], text="")
    assert "caption" not in await last(emulated, "edited_message")
    await emulated.post(f"{ME}/edit", 400, message_id=photo["message_id"], text="a" * 1025)
    spot = (await emulated.post(f"{ME}/location", latitude=52.1, longitude=5.1))["message"]
    await emulated.post(f"{ME}/edit", 403, message_id=spot["message_id"], text="Hier")


async def test_no_more_is_marked_than_telegram_shows(emulated):
    marks = [{**BOLD, "offset": 2 * n, "length": 1} for n in range(120)]
    sent = await emulated.gives("sendMessage", chat_id=NOOR, text="ab" * 120, entities=marks)
    assert sent["entities"] == marks[:100]
    heard = (await emulated.post(f"{ME}/text", text="ab" * 120, entities=marks))["message"]
    assert heard["entities"] == marks[:100]


async def test_a_text_of_4096_units_that_is_marked_all_over_is_sent(emulated):
    spans = [Span(kind, 0, 4096) for kind in ("bold", "italic", "spoiler", "blockquote")]
    text = as_html(as_rich("&👨<" * 1024, spans))
    assert len(text) > 8000
    sent = await emulated.gives("sendMessage", chat_id=NOOR, text=text, parse_mode="HTML")
    assert sent["text"] == "&👨<" * 1024
    assert {(one["offset"], one["length"]) for one in sent["entities"]} == {(0, 4096)}
    refused = await emulated.refuses(
        "sendMessage", chat_id=NOOR, text=text + "x", parse_mode="HTML"
    )
    assert refused == "Bad Request: message is too long"


async def test_a_voice_message_goes_on_by_its_id_and_its_caption_changes(emulated):
    spoken = (await emulated.post(f"{ME}/voice", duration=2))["message"]["voice"]
    parts = {"chat_id": CARLA, "voice": spoken["file_id"], "caption": "<b>Hoor</b>"}
    await emulated.post(f"/people/{CARLA}/start")
    sent = await emulated.gives("sendVoice", **parts, parse_mode="HTML")
    assert sent["voice"]["file_id"] == spoken["file_id"]
    assert (sent["caption"], sent["voice"]["duration"]) == ("Hoor", 2)
    place = {"chat_id": CARLA, "message_id": sent["message_id"]}
    edited = await emulated.gives("editMessageCaption", **place, caption="Luister")
    assert (edited["caption"], edited["voice"]) == ("Luister", sent["voice"])
    assert "caption_entities" not in edited


async def test_a_deletion_is_written_down(emulated):
    sent = await emulated.says("Vergissing")
    place = {"chat_id": NOOR, "message_id": sent["message_id"]}
    await emulated.gives("deleteMessage", **place)
    (wrote, deleted) = await emulated.get("/ledger")
    assert (wrote["method"], deleted["method"]) == ("sendMessage", "deleteMessage")
    assert (deleted["message_id"], deleted["text"]) == (sent["message_id"], "")
    again = await emulated.refuses("deleteMessage", **place)
    assert again == "Bad Request: message to delete not found"


@pytest.mark.parametrize(("hours", "gone"), [(47, True), (49, False)])
async def test_a_message_can_be_deleted_for_two_days(emulated, hours, gone):
    sent = await emulated.says("Vergissing")
    await emulated.post("/time", seconds=hours * 3600)
    place = {"chat_id": NOOR, "message_id": sent["message_id"]}
    answer = await emulated.call("deleteMessage", **place)
    assert answer["ok"] is gone
    assert (sent["message_id"] in emulated.world.chat(NOOR).messages) is not gone


async def test_paid_messages_pass_beside_the_thirty_and_are_noted(emulated):
    people = [emulated.world.add_person(f"P{n}", started=True).id for n in range(40)]
    await emulated.post("/control/limits", on=True)
    for person in people:
        paid = {"chat_id": person, "text": "x", "allow_paid_broadcast": True}
        assert (await emulated.call("sendMessage", **paid))["ok"]
    await emulated.says("gratis")
    assert [one["paid"] for one in await emulated.get("/ledger")] == [True] * 40 + [False]


def test_silence_is_made_of_pages_that_add_up():
    content = silence(2)
    pages = content.split(b"OggS")[1:]
    assert [page[1] for page in pages] == [2, 0, 0, 4]
    assert int.from_bytes(pages[-1][2:10], "little") == 2 * 48_000
    for page in pages:
        whole = b"OggS" + page[:18] + bytes(4) + page[22:]
        assert remainder(whole) == int.from_bytes(page[18:22], "little")
    assert silence(0) == silence(1)
    assert silence(10_000) == silence(60)


def remainder(content):
    """CRC-32 bit by bit, as RFC 3533 has it."""
    value = 0
    for byte in content:
        for place in range(7, -1, -1):
            carry = (value >> 31) ^ (byte >> place & 1)
            value = (value << 1 & 0xFFFFFFFF) ^ (0x04C11DB7 if carry else 0)
    return value
