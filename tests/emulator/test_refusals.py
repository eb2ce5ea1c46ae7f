"""What Telegram refuses, the emulator refuses, in the same words."""

import pytest

from tests.emulator.emulated import CARLA, NOOR, QUESTION, YUSUF

TO_NOOR = {"chat_id": NOOR, "text": "Dag"}
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def inline(**button):
    return {"reply_markup": {"inline_keyboard": [[{"text": "x", **button}]]}}


async def test_a_wrong_token_is_unauthorized(emulated):
    url = f"{emulated.address}/bot1:wrong/getMe"
    async with emulated.http.get(url) as answer:
        assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")


async def test_an_unknown_method_is_not_found(emulated):
    answer = await emulated.call("sendTelepathy")
    assert (answer["error_code"], answer["description"]) == (404, "Not Found")


async def test_getme_answers_to_every_way_of_asking(emulated):
    url = f"{emulated.address}/bot{emulated.world.token}/getme"
    async with emulated.http.get(url) as plain, emulated.http.post(url) as posted:
        assert (await plain.json()) == (await posted.json())


@pytest.mark.parametrize(
    ("method", "params", "says"),
    [
        ("sendMessage", {"text": "Dag"}, "Bad Request: chat_id is empty"),
        ("sendMessage", {"chat_id": NOOR}, "Bad Request: message text is empty"),
        ("sendMessage", {**TO_NOOR, "text": ""}, "Bad Request: message text is empty"),
        ("sendMessage", {**TO_NOOR, "text": " \n "}, "Bad Request: message text is empty"),
        ("sendMessage", {**TO_NOOR, "text": 7}, "Bad Request: can't parse text"),
        ("sendMessage", {**TO_NOOR, "chat_id": "noor"}, "Bad Request: chat not found"),
        ("sendMessage", {**TO_NOOR, "chat_id": 12345}, "Bad Request: chat not found"),
        ("sendMessage", {**TO_NOOR, "chat_id": 1.5}, "Bad Request: can't parse chat_id"),
        ("sendMessage", {**TO_NOOR, "chat_id": True}, "Bad Request: can't parse chat_id"),
        ("sendMessage", {**TO_NOOR, "texts": "x"}, 'Bad Request: unknown parameter "texts"'),
        ("sendMessage", {**TO_NOOR, "disable_notification": 3}, "Bad Request: can't parse disable"),
        ("sendMessage", {**TO_NOOR, "parse_mode": "BBCode"}, "Bad Request: unsupported parse_mode"),
        ("sendMessage", {**TO_NOOR, "text": "a" * 4097}, "Bad Request: message is too long"),
        ("sendMessage", {**TO_NOOR, "text": FAMILY * 400}, "Bad Request: message is too long"),
        ("sendMessage", {**TO_NOOR, "message_thread_id": 9}, "Bad Request: message thread not"),
        ("sendMessage", {**TO_NOOR, "link_preview_options": {"off": True}}, "Bad Request: unknown"),
        ("sendPhoto", {"chat_id": NOOR}, 'Bad Request: parameter "photo" is required'),
        ("sendPhoto", {"chat_id": NOOR, "photo": "nothing"}, "Bad Request: wrong file identifier"),
        (
            "sendChatAction",
            {"chat_id": NOOR, "action": "dance"},
            "Bad Request: wrong parameter act",
        ),
        ("sendLocation", {"chat_id": NOOR, "latitude": "x", "longitude": 5}, "Bad Request: can't"),
        ("sendLocation", {"chat_id": NOOR, "latitude": 95, "longitude": 5}, "Bad Request: wrong"),
        ("editMessageText", {**TO_NOOR, "message_id": 9}, "Bad Request: message to edit not found"),
        ("editMessageText", TO_NOOR, "Bad Request: message identifier is not specified"),
        ("deleteMessage", {"chat_id": NOOR, "message_id": 9}, "Bad Request: message to delete not"),
        (
            "copyMessage",
            {"chat_id": NOOR, "from_chat_id": NOOR, "message_id": 9},
            "Bad Request: mes",
        ),
        ("getChat", {"chat_id": 5}, "Bad Request: chat not found"),
        ("getFile", {"file_id": "x"}, "Bad Request: invalid file_id"),
        ("getUpdates", {"limit": "ten"}, "Bad Request: can't parse limit"),
        ("getUpdates", {"allowed_updates": ["letters"]}, "Bad Request: unknown update type"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "Bad Request: query is too old"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, "Bad Request: MESS"),
        (
            "createForumTopic",
            {"chat_id": NOOR, "name": "x"},
            "Bad Request: the chat is not a forum",
        ),
    ],
)
async def test_telegram_would_refuse_this(emulated, method, params, says):
    assert (await emulated.refuses(method, **params)).startswith(says)


@pytest.mark.parametrize(
    ("markup", "says"),
    [
        ({"inline_keybord": []}, "can't parse reply markup"),
        ([], "object expected as reply markup"),
        ("{nonsense", "can't parse reply markup JSON object"),
        ({"inline_keyboard": [{"text": "x"}]}, "can't parse"),
        ({"inline_keyboard": [[{"text": "x"}]]}, "can't parse inline keyboard button: Text button"),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline_keyboard: can't find",
        ),
        ({"keyboard": [[{"text": "x", "callback_data": "y"}]]}, 'unknown field "callback_data"'),
        ({"keyboard": [[{"text": ""}]]}, "keyboard button text must be non-empty"),
        ({"keyboard": []}, "reply keyboard must be non-empty"),
        ({"keyboard": [[{"text": "x"}]], "resize": True}, 'unknown field "resize"'),
        ({"remove_keyboard": False}, "can't parse reply markup"),
        ({"force_reply": True, "input_field_placeholder": "a" * 65}, "input field placeholder"),
    ],
)
async def test_a_keyboard_that_telegram_does_not_know(emulated, markup, says):
    refused = await emulated.refuses("sendMessage", **TO_NOOR, reply_markup=markup)
    assert refused.startswith(f"Bad Request: {says}")


@pytest.mark.parametrize(
    ("button", "says"),
    [
        ({"callback_data": "é" * 32 + "x"}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"callback_data": 7}, "can't parse callback_data"),
        ({"callback_data": "x", "url": "https://x.nl"}, "can't parse inline keyboard button"),
        ({"callback_data": "x", "colour": "red"}, 'unknown field "colour"'),
        ({"callback_data": "x", "style": "pink"}, "can't parse keyboard button"),
        ({"callback_data": "x", "text": " "}, "inline keyboard button text must be non-empty"),
        ({"url": "not an address"}, "inline keyboard button URL"),
        ({"copy_text": {"text": "a" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ],
)
async def test_a_button_that_telegram_does_not_take(emulated, button, says):
    refused = await emulated.refuses("sendMessage", **TO_NOOR, **inline(**button))
    assert refused.startswith(f"Bad Request: {says}")


async def test_callback_data_of_64_bytes_is_taken(emulated):
    await emulated.says(**inline(callback_data="é" * 32))


@pytest.mark.parametrize("rows", [[9], [8] * 12 + [5]])
async def test_a_keyboard_that_is_too_large(emulated, rows):
    button = {"text": "x", "callback_data": "y"}
    markup = {"inline_keyboard": [[button] * width for width in rows]}
    refused = await emulated.refuses("sendMessage", **TO_NOOR, reply_markup=markup)
    assert refused == "Bad Request: reply markup is too long"


async def test_the_longest_text_is_taken(emulated):
    assert len((await emulated.says("a" * 4096))["text"]) == 4096
    assert await emulated.says("<b>" + "a" * 4096 + "</b>", parse_mode="HTML")


async def test_a_caption_of_more_than_1024_units_is_refused(emulated):
    photo = (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
    given = {"chat_id": NOOR, "photo": photo}
    await emulated.gives("sendPhoto", **given, caption="😀" * 512)
    refused = await emulated.refuses("sendPhoto", **given, caption="😀" * 513)
    assert refused == "Bad Request: message caption is too long"


async def test_who_did_not_start_blocked_or_left_cannot_be_written_to(emulated):
    send = {"text": "Dag"}
    refused = await emulated.refuses("sendMessage", chat_id=YUSUF, **send)
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    await emulated.post(f"/people/{YUSUF}/start")
    await emulated.gives("sendMessage", chat_id=YUSUF, **send)
    await emulated.post(f"/people/{YUSUF}/block")
    refused = await emulated.refuses("sendMessage", chat_id=YUSUF, **send)
    assert refused == "Forbidden: bot was blocked by the user"
    await emulated.post(f"/people/{CARLA}/start")
    await emulated.post(f"/people/{CARLA}/deactivate")
    refused = await emulated.refuses("sendMessage", chat_id=CARLA, **send)
    assert refused == "Forbidden: user is deactivated"


async def test_an_edit_that_changes_nothing_is_refused(emulated):
    sent = await emulated.says("Kom je?", reply_markup=QUESTION)
    edit = {"chat_id": NOOR, "message_id": sent["message_id"], "text": "Kom je?"}
    refused = await emulated.refuses("editMessageText", **edit, reply_markup=QUESTION)
    assert refused == (
        "Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same as a current content and reply markup of the message"
    )
    edited = await emulated.gives("editMessageText", **edit)
    assert "reply_markup" not in edited
    assert edited["edit_date"] >= edited["date"]
    assert "is not modified" in await emulated.refuses("editMessageText", **edit)


async def test_only_own_messages_without_other_keyboards_can_be_edited(emulated):
    theirs = (await emulated.post(f"/people/{NOOR}/text", text="Dag"))["message"]
    keyboard = {"keyboard": [[{"text": "Ja"}]]}
    with_keyboard = await emulated.says(reply_markup=keyboard)
    for message in (theirs, with_keyboard):
        edit = {"chat_id": NOOR, "message_id": message["message_id"], "text": "Anders"}
        assert await emulated.refuses("editMessageText", **edit) == (
            "Bad Request: message can't be edited"
        )


async def test_text_and_caption_are_not_each_other(emulated):
    text = (await emulated.says())["message_id"]
    file_id = (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
    photo = await emulated.gives("sendPhoto", chat_id=NOOR, photo=file_id)
    edits = {"chat_id": NOOR, "message_id": photo["message_id"]}
    assert await emulated.refuses("editMessageText", **edits, text="x") == (
        "Bad Request: there is no text in the message to edit"
    )
    assert await emulated.refuses(
        "editMessageCaption", chat_id=NOOR, message_id=text, caption="x"
    ) == ("Bad Request: there is no caption in the message to edit")
    edited = await emulated.gives("editMessageCaption", **edits, caption="Dag")
    assert edited["caption"] == "Dag"


async def test_an_old_message_cannot_be_deleted(emulated):
    message = await emulated.says()
    emulated.world.clock.forward(49 * 3600)
    place = {"chat_id": NOOR, "message_id": message["message_id"]}
    assert "can't be deleted" in await emulated.refuses("deleteMessage", **place)


@pytest.mark.parametrize(
    ("entity", "says"),
    [
        ({"type": "bold", "offset": 0, "length": 4}, "entity beyond the end"),
        ({"type": "bold", "offset": -1, "length": 2}, "can't parse MessageEntity"),
        ({"type": "loud", "offset": 0, "length": 1}, "can't parse MessageEntity"),
        ({"type": "bold", "offset": 0}, "can't parse entities: can't find field \"length\""),
    ],
)
async def test_entities_must_fit_the_text_in_utf16_units(emulated, entity, says):
    refused = await emulated.refuses("sendMessage", chat_id=NOOR, text="😀!", entities=[entity])
    assert refused.startswith(f"Bad Request: {says}")


@pytest.mark.parametrize(
    ("method", "params", "says"),
    [
        (
            "setMyCommands",
            {"commands": [{"command": "Join", "description": "x"}]},
            "BOT_COMMAND_IN",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "join", "description": ""}]},
            "BOT_COMMAND_DES",
        ),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "BOT_COMMAND"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "can't parse commands"),
        ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}, "can't parse scope"),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "chat", "chat_id": 5}},
            "chat not fou",
        ),
        ("setMyCommands", {"commands": [], "language_code": "dutch"}, "invalid language code"),
        ("setMyDescription", {"description": "a" * 513}, "bot description is too long"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "bot short description"),
        ("setMyName", {"name": "a" * 65}, "bot name is too long"),
    ],
)
async def test_what_the_bot_tells_about_itself_has_limits(emulated, method, params, says):
    assert (await emulated.refuses(method, **params)).startswith(f"Bad Request: {says}")


async def test_the_log_tells_why_and_holds_no_token(emulated):
    await emulated.refuses("sendMessage", **TO_NOOR, **inline(callback_data="x", colour="red"))
    (entry,) = await emulated.get("/control/log")
    assert entry["method"] == "sendMessage"
    assert entry["reason"] == "InlineKeyboardButton has no such field"
    assert emulated.world.token not in str(entry)
    assert await emulated.get(f"/control/log?after={entry['seq']}") == []
