"""The emulator behind python-telegram-bot's own Bot, which knows Telegram from outside."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest, Forbidden, RetryAfter

from bot.emulator.pictures import picture
from tests.emulator.emulated import NOOR, YUSUF


@pytest.fixture
async def bot(emulated):
    address = emulated.address
    made = Bot(emulated.world.token, f"{address}/bot", f"{address}/file/bot")
    async with made:
        yield made


async def test_a_talk(emulated, bot):
    emulated.world.start(NOOR, "join")
    (start,) = await bot.get_updates(timeout=1)
    assert start.message.text == "/start join"
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Ja", callback_data="yes")]])
    sent = await bot.send_message(NOOR, "<b>Kom</b> je?", parse_mode="HTML", reply_markup=keyboard)
    assert sent.text_html == "<b>Kom</b> je?"
    emulated.world.press(NOOR, sent.message_id, "yes")
    (pressed,) = await bot.get_updates(offset=start.update_id + 1, timeout=1)
    assert pressed.callback_query.message == sent
    assert await pressed.callback_query.answer("Fijn")
    edited = await sent.edit_text("Tot dan")
    assert edited.reply_markup is None
    assert edited.edit_date


async def test_files(emulated, bot):
    sent = await bot.send_document(NOOR, b"a;b", filename="x.csv", caption="Uitslag")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a;b"
    album = await bot.send_media_group(NOOR, [InputMediaPhoto(picture(seed=n)) for n in (1, 2)])
    assert album[0].media_group_id == album[1].media_group_id


async def test_refusals_are_the_errors_that_ptb_knows(emulated, bot):
    with pytest.raises(BadRequest, match="Can't parse entities"):
        await bot.send_message(NOOR, "<b>x", parse_mode="HTML")
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(YUSUF, "x")
    await emulated.post("/control/limits", on=True)
    for _ in range(3):
        await bot.send_message(NOOR, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(NOOR, "x")


async def test_the_bots_own_account(emulated, bot):
    await bot.set_my_commands([("join", "Doe mee")], language_code="nl")
    (command,) = await bot.get_my_commands(language_code="nl")
    assert command.command == "join"
    await bot.set_my_description("Over deze bot", "nl")
    assert (await bot.get_my_description("nl")).description == "Over deze bot"
    assert (await bot.get_chat(NOOR)).first_name == "Noor"
    assert (await bot.get_chat_member(NOOR, NOOR)).status == "member"
