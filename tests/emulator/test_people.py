"""The people's side: what they do, what the bot hears of it, and what they cannot do."""

import asyncio

import aiohttp
import pytest

from bot.emulator import World, make_app, serving
from tests.emulator.emulated import AD, CARLA, NOOR, QUESTION, YUSUF

ME = f"/people/{NOOR}"


async def last(emulated):
    return (await emulated.updates())[-1]


async def test_four_people_live_in_an_empty_world(emulated):
    people = await emulated.get("/people")
    assert [one["first_name"] for one in people] == ["Noor", "Yusuf", "Carla", "Ad"]
    assert [one["id"] for one in people] == [NOOR, YUSUF, CARLA, AD]


async def test_people_come_and_change(emulated):
    person = await emulated.post("/people", 201, first_name="Sara", language_code="ar", note="x")
    url = f"{emulated.address}/people/{person['id']}"
    async with emulated.http.patch(url, json={"language_code": "en"}) as answer:
        assert (await answer.json())["language_code"] == "en"
    sent = await emulated.post(f"/people/{person['id']}/text", text="Hi")
    assert sent["message"]["from"]["language_code"] == "en"
    await emulated.post("/people", 409, first_name="Dubbel", id=NOOR)
    await emulated.post("/people", 400, first_name="")
    await emulated.post("/people", 400, first_name=7)


async def test_start_carries_a_payload(emulated):
    await emulated.post(f"/people/{YUSUF}/start", payload="m-12_a")
    message = (await last(emulated))["message"]
    assert message["text"] == "/start m-12_a"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    await emulated.post(f"/people/{YUSUF}/start", 400, payload="a b")
    await emulated.post(f"/people/{YUSUF}/start", 400, payload="a" * 65)


@pytest.mark.parametrize(
    ("deed", "body", "field"),
    [
        ("contact", {}, "contact"),
        ("contact", {"of": CARLA}, "contact"),
        ("location", {"latitude": 52.1, "longitude": 5.1}, "location"),
        ("photo", {"caption": "Kijk"}, "photo"),
        ("document", {}, "document"),
        ("voice", {"duration": 4}, "voice"),
        ("sticker", {"emoji": "🌳"}, "sticker"),
    ],
)
async def test_what_people_share_reaches_the_bot(emulated, deed, body, field):
    sent = await emulated.post(f"{ME}/{deed}", **body)
    assert field in sent["message"]
    assert await last(emulated) == {"update_id": sent["update_id"], "message": sent["message"]}


async def test_an_album_is_several_messages_of_one_group(emulated):
    sent = await emulated.post(f"{ME}/album", count=3, caption="Onze straat")
    updates = await emulated.updates()
    assert len({update["message"]["media_group_id"] for update in updates}) == 1
    assert [update["message"] for update in updates] == sent["messages"]


@pytest.mark.parametrize(
    ("deed", "body", "status"),
    [
        ("text", {"text": ""}, 400),
        ("text", {"text": 7}, 400),
        ("text", {}, 400),
        ("text", {"text": "a" * 4097}, 400),
        ("text", {"text": "a", "reply_to": 1}, 404),
        ("text", {"text": "a", "chat": YUSUF}, 404),
        ("text", {"text": "a", "loud": True}, 400),
        ("text", {"text": "a", "entities": [{"type": "bold", "offset": 0, "length": 5}]}, 400),
        ("location", {"latitude": "x", "longitude": 1}, 400),
        ("location", {"latitude": 91, "longitude": 1}, 400),
        ("album", {"count": 11}, 400),
        ("press", {"message_id": 1}, 400),
        ("press", {"message_id": 1, "data": "yes"}, 403),
        ("edit", {"message_id": 1, "text": "x"}, 403),
        ("unblock", {}, 409),
        ("fly", {}, 404),
    ],
)
async def test_people_cannot_do_this(emulated, deed, body, status):
    assert "error" in await emulated.post(f"{ME}/{deed}", status, **body)


async def test_what_was_typed_reaches_the_bot_as_it_is(emulated):
    typed = " \u202eev\u0000il\u200b =1+1 <b> "
    await emulated.post(f"{ME}/text", text=typed)
    assert (await last(emulated))["message"]["text"] == typed


async def test_a_reply_quotes_what_it_answers(emulated):
    asked = await emulated.says("Hoe heet je?")
    sent = await emulated.post(f"{ME}/text", text="Noor", reply_to=asked["message_id"])
    assert sent["message"]["reply_to_message"] == asked


async def test_an_own_text_can_be_edited_for_two_days(emulated):
    message = (await emulated.post(f"{ME}/text", text="Nor"))["message"]
    place = {"message_id": message["message_id"]}
    sent = await emulated.post(f"{ME}/edit", **place, text="Noor")
    assert (await last(emulated))["edited_message"] == sent["message"]
    await emulated.post(f"{ME}/edit", 400, **place, text="Noor")
    emulated.world.clock.forward(49 * 3600)
    await emulated.post(f"{ME}/edit", 403, **place, text="Nora")


async def test_only_buttons_that_are_shown_can_be_pressed(emulated):
    sent = await emulated.says(reply_markup=QUESTION)
    place = {"message_id": sent["message_id"]}
    pressed = await emulated.post(f"{ME}/press", **place, data="yes")
    query = (await last(emulated))["callback_query"]
    assert (query["data"], query["message"]) == ("yes", sent)
    assert pressed["query"] == query["id"]
    await emulated.post(f"{ME}/press", 403, **place, data="no")
    await emulated.post(f"/people/{YUSUF}/press", 403, **place, data="yes")
    await emulated.post(f"/people/{YUSUF}/press", 404, **place, data="yes", chat=NOOR)
    await emulated.gives("editMessageText", chat_id=NOOR, **place, text="Dank je")
    await emulated.post(f"{ME}/press", 403, **place, data="yes")


async def test_anything_is_pressed_only_where_the_server_allows_it(emulated):
    press = {"message_id": 1, "data": "admin", "anything": True}
    await emulated.post(f"{ME}/press", 403, **press)
    world = World(limits=False)
    async with (
        serving(make_app(world, allow_anything=True)) as address,
        aiohttp.ClientSession() as http,
        http.post(f"{address}{ME}/press", json=press) as answer,
    ):
        assert answer.status == 200
    assert world.updates.pending[0].chat == NOOR


async def test_a_press_is_answered_once_and_within_150_seconds(emulated):
    sent = await emulated.says(reply_markup=QUESTION)
    place = {"message_id": sent["message_id"], "data": "yes"}
    press = asyncio.create_task(emulated.post(f"{ME}/press", **place, wait=10))
    query = (await emulated.updates(timeout=5))[0]["callback_query"]["id"]
    await emulated.gives("answerCallbackQuery", callback_query_id=query, text="Fijn")
    assert (await press)["answer"] == {"text": "Fijn", "alert": False}
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await emulated.refuses("answerCallbackQuery", callback_query_id=query) == too_old
    late = (await emulated.post(f"{ME}/press", **place))["query"]
    emulated.world.clock.forward(151)
    assert await emulated.refuses("answerCallbackQuery", callback_query_id=late) == too_old


async def test_blocking_is_told_and_start_takes_the_bot_back(emulated):
    await emulated.post(f"{ME}/block")
    blocked = (await last(emulated))["my_chat_member"]
    assert blocked["old_chat_member"]["status"] == "member"
    assert blocked["new_chat_member"]["status"] == "kicked"
    await emulated.post(f"{ME}/text", 403, text="Hallo?")
    await emulated.post(f"{ME}/start")
    back, start = (await emulated.updates())[-2:]
    assert back["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert start["message"]["text"] == "/start"


async def test_the_phone_shows_the_chat(emulated):
    keyboard = {"keyboard": [[{"text": "Deel", "request_contact": True}]]}
    await emulated.says("Dag", reply_markup={**keyboard, "one_time_keyboard": True})
    await emulated.gives("sendChatAction", chat_id=NOOR, action="typing")
    shown = await emulated.get(f"{ME}/chat")
    assert [message["text"] for message in shown["messages"]] == ["Dag"]
    assert shown["reply_keyboard"]["keyboard"] == keyboard["keyboard"]
    assert shown["typing"]
    await emulated.post(f"{ME}/text", text="Deel")
    assert (await emulated.get(f"{ME}/chat"))["reply_keyboard"] is None


async def test_a_reply_keyboard_goes_when_the_bot_removes_it(emulated):
    await emulated.says(reply_markup={"keyboard": [[{"text": "Ja"}]]})
    await emulated.says(reply_markup=QUESTION)
    assert (await emulated.get(f"{ME}/chat"))["reply_keyboard"]
    await emulated.says(reply_markup={"remove_keyboard": True})
    assert (await emulated.get(f"{ME}/chat"))["reply_keyboard"] is None


async def test_unread_counts_until_read(emulated):
    await emulated.says("Een")
    await emulated.says("Twee")
    assert (await emulated.get("/people"))[0]["unread"] == 2
    await emulated.post(f"{ME}/read")
    assert (await emulated.get("/people"))[0]["unread"] == 0


async def test_the_menu_fits_the_person_and_their_language(emulated):
    async def set_menu(word, **more):
        commands = [{"command": word, "description": "x"}]
        await emulated.gives("setMyCommands", commands=commands, **more)

    async def menu(person):
        return (await emulated.get(f"/people/{person}/chat"))["commands"][0]["command"]

    await set_menu("default")
    await set_menu("private", scope={"type": "all_private_chats"})
    await set_menu("prive", scope={"type": "all_private_chats"}, language_code="nl")
    await set_menu("coordinator", scope={"type": "chat", "chat_id": CARLA})
    english = await emulated.post("/people", 201, first_name="Ann", language_code="en")
    assert await menu(NOOR) == "prive"
    assert await menu(english["id"]) == "private"
    assert await menu(CARLA) == "coordinator"
    await emulated.gives("deleteMyCommands", scope={"type": "chat", "chat_id": CARLA})
    assert await menu(CARLA) == "prive"


async def test_name_and_descriptions_are_shown_in_the_language_of_the_phone(emulated):
    await emulated.gives("setMyName", name="Buurt")
    await emulated.gives("setMyDescription", description="About", language_code="")
    await emulated.gives("setMyDescription", description="Over", language_code="nl")
    shown = (await emulated.get(f"{ME}/chat"))["bot"]
    assert (shown["first_name"], shown["description"]) == ("Buurt", "Over")
    assert (await emulated.gives("getMe"))["first_name"] == "Buurt"
    assert await emulated.gives("getMyDescription") == {"description": "About"}


async def test_the_ledger_lists_every_delivery_in_order(emulated):
    sent = await emulated.says("Een")
    edit = {"chat_id": NOOR, "message_id": sent["message_id"], "text": "Twee"}
    await emulated.gives("editMessageText", **edit)
    first, second = await emulated.get("/ledger")
    assert (first["method"], first["text"]) == ("sendMessage", "Een")
    assert (second["method"], second["text"]) == ("editMessageText", "Twee")
    assert await emulated.get(f"/ledger?after={first['seq']}") == [second]


async def test_another_site_cannot_use_the_server_through_a_browser(emulated):
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        async with emulated.http.get(f"{emulated.address}/people", headers=headers) as answer:
            assert answer.status == 403
    plain = {"Content-Type": "text/plain"}
    url = f"{emulated.address}{ME}/text"
    async with emulated.http.post(url, data='{"text":"x"}', headers=plain) as answer:
        assert answer.status == 415
