"""Telegram's channel against a far side that says exactly what a test wants."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.channels import MovedTo, NotSent, OutcomeUnknown, Refused, TryLater, Unreachable
from bot.channels.telegram import Telegram
from bot.dialogue.messages import Attachment, Button, Message, Wanted, rich
from bot.emulator import serving
from tests.channels.conformance import CASES

TOKEN = "123456789:" + "A" * 35
CHAT = "telegram:5"


@dataclass
class FarSide:
    """Notes every call, and answers from a list, the last one for ever."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    drops: bool = False

    def says(self, result: Any, *, status: int = 200) -> None:
        self.answers.append((status, json.dumps({"ok": status == 200, "result": result})))

    def refuses(self, status: int, description: str, **parameters: Any) -> None:
        body = {"ok": False, "error_code": status, "description": description}
        self.answers.append((status, json.dumps(body | {"parameters": parameters})))

    async def handle(self, request: web.Request) -> web.Response:
        if request.content_type == "multipart/form-data":
            fields = {name: _plain(value) for name, value in (await request.post()).items()}
        else:
            fields = await request.json() if request.can_read_body else {}
        self.calls.append((request.match_info["method"], fields))
        if self.drops:
            assert request.transport is not None
            request.transport.abort()
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, text=body)


def _plain(value: Any) -> Any:
    return (value.filename, value.file.read()) if hasattr(value, "file") else value


@pytest.fixture
async def far() -> FarSide:
    return FarSide()


@pytest.fixture
async def channel(far: FarSide) -> AsyncIterator[Telegram]:
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", far.handle)
    async with serving(app) as address, Telegram(TOKEN, api_url=address) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_outcome_has_its_kind(channel, far, case):
    if case.status == 200:
        far.answers = [(200, case.said)]
    else:
        far.refuses(case.status, case.said, **case.more)
    with pytest.raises(case.raises) as raised:
        await channel.send(CHAT, Message("dag"))
    assert type(raised.value) is case.raises
    if isinstance(raised.value, TryLater):
        assert raised.value.seconds == 7
    if isinstance(raised.value, MovedTo):
        assert raised.value.chat == "telegram:-1001"


async def test_a_connection_that_was_never_made_is_not_sent():
    async with Telegram(TOKEN, api_url="http://127.0.0.1:9") as nowhere:
        with pytest.raises(NotSent):
            await nowhere.send(CHAT, Message("dag"))


async def test_a_connection_lost_after_the_call_is_unknown(channel, far):
    far.drops = True
    far.says({})
    with pytest.raises(OutcomeUnknown):
        await channel.send(CHAT, Message("dag"))


async def test_a_plain_text_is_sent_without_markup(channel, far):
    far.says({"message_id": 12})
    rows = ((Button("Ja", "yes"), Button("Meer", url="https://example.org/")),)
    assert await channel.send(CHAT, Message("<b>dag", rows=rows)) == "12"
    [(method, fields)] = far.calls
    assert method == "sendMessage"
    assert fields == {
        "chat_id": 5,
        "text": "<b>dag",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {
            "inline_keyboard": [
                [
                    {"text": "Ja", "callback_data": "yes"},
                    {"text": "Meer", "url": "https://example.org/"},
                ]
            ]
        },
    }


async def test_markup_that_is_refused_is_left_out_once(channel, far):
    far.refuses(400, "Bad Request: can't parse entities: Unsupported start tag")
    far.says({"message_id": 12})
    assert await channel.send(CHAT, Message(rich("<b>{a}</b>", a="1 < 2"))) == "12"
    assert [(f["text"], f.get("parse_mode")) for _, f in far.calls] == [
        ("<b>1 &lt; 2</b>", "HTML"),
        ("1 < 2", None),
    ]


async def test_a_text_that_is_too_long_in_utf_16_is_refused_before_the_call(channel, far):
    far.says({"message_id": 12})
    family = "\U0001f468‍\U0001f469‍\U0001f467"
    with pytest.raises(Refused):
        await channel.send(CHAT, Message(family * 600))
    await channel.send(CHAT, Message(rich("<b>{a}</b>", a="&" * 4096)))
    assert len(far.calls) == 1


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: message is not modified: specified new message content and so on",
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
    ],
)
async def test_an_edit_that_is_not_needed_or_too_late_is_done(channel, far, said):
    far.refuses(400, said)
    await channel.edit(CHAT, "12", Message("dag"))
    assert len(far.calls) == 1


async def test_an_edit_without_text_takes_the_buttons_away(channel, far):
    far.says(True)
    await channel.edit(CHAT, "12", None)
    assert far.calls == [("editMessageReplyMarkup", {"chat_id": 5, "message_id": 12})]


async def test_a_file_goes_with_its_caption(channel, far):
    far.says({"message_id": 12})
    message = Message("hier", attachment=Attachment("document", "a.csv", "maker"))
    await channel.send(CHAT, message, b"1;2")
    [(method, fields)] = far.calls
    assert method == "sendDocument"
    assert fields["caption"] == "hier"
    assert ("a.csv", b"1;2") in fields.values()


async def test_a_photo_that_telegram_has_goes_by_its_name(channel, far):
    far.says({"message_id": 12})
    known = Attachment("photo", "notes.jpg", file="photo-77")
    await channel.send(CHAT, Message("hier", attachment=known))
    assert far.calls == [("sendPhoto", {"chat_id": 5, "photo": "photo-77", "caption": "hier"})]


async def test_a_photo_that_telegram_has_no_longer_is_left_out(channel, far):
    far.refuses(400, "Bad Request: wrong file identifier/HTTP URL specified")
    far.says({"message_id": 12})
    known = Attachment("photo", "notes.jpg", file="photo-77")
    assert await channel.send(CHAT, Message("hier", attachment=known)) == "12"
    assert [method for method, _ in far.calls] == ["sendPhoto", "sendMessage"]
    assert far.calls[1][1]["text"] == "hier"


async def test_a_voice_message_goes_up_once_and_by_its_name_after(channel, far):
    far.says({"message_id": 12})
    made = Attachment("voice", "voice.ogg", "maker")
    await channel.send(CHAT, Message("hoor", attachment=made), b"Ogg")
    await channel.send(CHAT, Message("", attachment=Attachment("voice", "v", file="voice-7")))
    [(first, sent), (second, known)] = far.calls
    assert first == second == "sendVoice"
    assert ("voice.ogg", b"Ogg") in sent.values()
    assert sent["caption"] == "hoor"
    assert known == {"chat_id": 5, "voice": "voice-7", "caption": ""}


async def test_who_takes_no_voice_messages_gets_the_words(channel, far):
    far.refuses(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
    far.says({"message_id": 12})
    known = Attachment("voice", "voice.ogg", file="voice-7")
    assert await channel.send(CHAT, Message("hoor", attachment=known)) == "12"
    assert [method for method, _ in far.calls] == ["sendVoice", "sendMessage"]
    far.refuses(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
    far.answers.pop(0)
    with pytest.raises(Refused):
        await channel.send(CHAT, Message("", attachment=known))


async def test_a_message_that_went_without_its_file_is_edited_without_it(channel, far):
    far.refuses(400, "Bad Request: there is no caption in the message to edit")
    far.says(True)
    known = Attachment("voice", "voice.ogg", file="voice-7")
    await channel.edit(CHAT, "12", Message("beter", attachment=known))
    assert [method for method, _ in far.calls] == ["editMessageCaption", "editMessageText"]


async def test_a_message_that_is_paid_for_says_so(channel, far):
    far.says({"message_id": 12})
    await channel.send(CHAT, Message("dag", paid=True))
    await channel.send(CHAT, Message("dag"))
    assert [f.get("allow_paid_broadcast") for _, f in far.calls] == [True, None]
    await channel.edit(CHAT, "12", Message("dag", paid=True))
    assert "allow_paid_broadcast" not in far.calls[-1][1]


async def test_a_deleted_message_is_gone_and_an_old_one_is_refused(channel, far):
    far.says(True)
    await channel.delete(CHAT, "12")
    assert far.calls == [("deleteMessage", {"chat_id": 5, "message_id": 12})]
    far.refuses(400, "Bad Request: message to delete not found")
    far.answers.pop(0)
    await channel.delete(CHAT, "12")
    far.refuses(400, "Bad Request: message can't be deleted for everyone")
    far.answers.pop(0)
    with pytest.raises(Refused):
        await channel.delete(CHAT, "12")
    far.refuses(403, "Forbidden: bot was blocked by the user")
    far.answers.pop(0)
    with pytest.raises(Unreachable):
        await channel.delete(CHAT, "12")


async def test_sharing_is_asked_by_a_keyboard_that_goes_away(channel, far):
    far.says({"message_id": 12})
    await channel.send(CHAT, Message("waar?", share=((Wanted.LOCATION, "Hier"),)))
    await channel.send(CHAT, Message("dank", clear_share=True))
    asked, cleared = (fields["reply_markup"] for _, fields in far.calls)
    assert asked["keyboard"] == [[{"text": "Hier", "request_location": True}]]
    assert cleared == {"remove_keyboard": True}


async def test_the_smaller_calls_say_what_they_should(channel, far):
    far.says({"username": "buurtbot"})
    assert await channel.username() == await channel.username() == "buurtbot"
    await channel.answer("77", "x" * 300, alert=True)
    await channel.typing(CHAT)
    await channel.set_commands({"join": "Doe mee"}, language="nl", chat=CHAT)
    await channel.set_description("lang", "kort")
    names = [method for method, _ in far.calls]
    assert names == [
        "getMe",
        "answerCallbackQuery",
        "sendChatAction",
        "setMyCommands",
        "setMyDescription",
        "setMyShortDescription",
    ]
    assert far.calls[1][1] == {"callback_query_id": "77", "text": "x" * 200, "show_alert": True}
    assert far.calls[3][1]["scope"] == {"type": "chat", "chat_id": 5}


async def test_a_token_that_is_not_known_is_refused_when_asked_for_its_name(channel, far):
    far.refuses(401, "Unauthorized")
    with pytest.raises(Refused):
        await channel.username()


async def test_nothing_that_is_sent_or_received_is_logged(channel, far, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.INFO)
    far.answers = [(200, "geheim, geen JSON"), (502, "geheim")]
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await asyncio.wait_for(channel.send(CHAT, Message("geheim")), 5)
    assert "geheim" not in caplog.text
    assert TOKEN not in caplog.text
