"""Groups: what the bot sees of them, topics, and the day a group becomes a supergroup."""

import pytest

from tests.emulator.emulated import CARLA, NOOR


@pytest.fixture
async def group(emulated):
    """A group of two residents and the bot."""
    made = await emulated.post("/groups", 201, title="Straat", members=[NOOR, CARLA])
    updates = await emulated.updates()
    await emulated.updates(offset=updates[-1]["update_id"] + 1)
    return made["id"]


async def test_the_bot_hears_that_it_was_added(emulated):
    made = await emulated.post("/groups", 201, title="Straat", members=[NOOR, CARLA])
    added, created = await emulated.updates()
    assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert created["message"]["group_chat_created"] is True
    assert made["id"] < 0
    assert await emulated.gives("getChatMemberCount", chat_id=made["id"]) == 3


async def test_in_a_group_the_bot_hears_only_what_is_meant_for_it(emulated, group):
    said = await emulated.gives("sendMessage", chat_id=group, text="Dag allemaal")
    talk = f"/people/{NOOR}/text"
    assert (await emulated.post(talk, text="Mooi weer", chat=group))["update_id"] is None
    answers = [
        await emulated.post(talk, text="/help", chat=group),
        await emulated.post(talk, text="Ja", chat=group, reply_to=said["message_id"]),
        await emulated.post(talk, text="Hoi @buurtbot_bot", chat=group),
    ]
    heard = [update["update_id"] for update in await emulated.updates()]
    assert heard == [answer["update_id"] for answer in answers]


async def test_an_administrator_bot_hears_everything(emulated):
    made = await emulated.post("/groups", 201, title="Team", members=[CARLA], bot_admin=True)
    sent = await emulated.post(f"/people/{CARLA}/text", text="Mooi weer", chat=made["id"])
    assert sent["update_id"]


async def test_who_is_not_in_a_group_cannot_write_or_read_there(emulated, group):
    outsider = f"/people/{NOOR + 1}"
    await emulated.post(f"{outsider}/text", 404, text="x", chat=group)
    async with emulated.http.get(f"{emulated.address}{outsider}/chat?chat={group}") as answer:
        assert answer.status == 404
    member = await emulated.gives("getChatMember", chat_id=group, user_id=NOOR + 1)
    assert member["status"] == "left"


async def test_a_button_of_a_group_is_for_its_members(emulated, group):
    markup = {"inline_keyboard": [[{"text": "Ja", "callback_data": "yes"}]]}
    sent = await emulated.gives("sendMessage", chat_id=group, text="?", reply_markup=markup)
    press = {"message_id": sent["message_id"], "data": "yes", "chat": group}
    await emulated.post(f"/people/{CARLA}/press", **press)
    await emulated.post(f"/people/{NOOR + 1}/press", 404, **press)


async def test_phone_numbers_are_not_asked_for_in_groups(emulated, group):
    markup = {"keyboard": [[{"text": "Deel", "request_contact": True}]]}
    params = {"chat_id": group, "text": "?", "reply_markup": markup}
    assert await emulated.refuses("sendMessage", **params) == (
        "Bad Request: phone number can be requested in private chats only"
    )


async def test_topics_exist_in_forums_only(emulated, group):
    topic = {"name": "Vraag van Noor"}
    assert "not a forum" in await emulated.refuses("createForumTopic", chat_id=group, **topic)
    forum = await emulated.post("/groups", 201, title="Team", members=[CARLA], forum=True)
    made = await emulated.gives("createForumTopic", chat_id=forum["id"], **topic)
    place = {"chat_id": forum["id"], "message_thread_id": made["message_thread_id"]}
    sent = await emulated.gives("sendMessage", **place, text="Hoe zit dat?")
    reply = {"text": "Zo", "chat": forum["id"], "reply_to": sent["message_id"]}
    answer = await emulated.post(f"/people/{CARLA}/text", **reply)
    assert answer["message"]["message_thread_id"] == made["message_thread_id"]
    await emulated.gives("closeForumTopic", **place)
    assert "TOPIC_CLOSED" in await emulated.refuses("sendMessage", **place, text="x")
    assert "TOPIC_NOT_MODIFIED" in await emulated.refuses("closeForumTopic", **place)


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("to_first", ["migrate_to_chat_id", "migrate_from_chat_id"]),
        ("from_first", ["migrate_from_chat_id", "migrate_to_chat_id"]),
    ],
)
async def test_an_upgrade_is_told_in_either_order(emulated, group, order, keys):
    new = (await emulated.post(f"/groups/{group}/upgrade", order=order))["id"]
    told = [update["message"] for update in await emulated.updates()]
    assert [next(key for key in message if key in keys) for message in told] == keys
    answer = await emulated.call("sendMessage", chat_id=group, text="x")
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    assert answer["error_code"] == 400
    assert await emulated.gives("sendMessage", chat_id=new, text="x")
    await emulated.post(f"/groups/{group}/upgrade", 409)


async def test_a_bot_that_left_cannot_write(emulated, group):
    await emulated.gives("leaveChat", chat_id=group)
    assert await emulated.refuses("sendMessage", chat_id=group, text="x") == (
        "Forbidden: bot is not a member of the group chat"
    )


async def test_pinning_needs_rights_in_a_group_but_not_in_a_talk(emulated, group):
    sent = await emulated.gives("sendMessage", chat_id=group, text="x")
    pin = {"chat_id": group, "message_id": sent["message_id"]}
    assert "not enough rights" in await emulated.refuses("pinChatMessage", **pin)
    own = await emulated.says()
    await emulated.gives("pinChatMessage", chat_id=NOOR, message_id=own["message_id"])
    chat = await emulated.gives("getChat", chat_id=NOOR)
    assert chat["pinned_message"]["message_id"] == own["message_id"]


async def test_the_menu_of_a_group_differs_for_who_leads_it(emulated, group):
    for scope, word in (("all_group_chats", "group"), ("chat_administrators", "lead")):
        place = {"chat_id": group} if scope == "chat_administrators" else {}
        commands = [{"command": word, "description": "x"}]
        await emulated.gives("setMyCommands", commands=commands, scope={"type": scope, **place})
    for person, word in ((NOOR, "lead"), (CARLA, "group")):
        shown = await emulated.get(f"/people/{person}/chat?chat={group}")
        assert shown["commands"][0]["command"] == word
