"""A talk on a phone of the page, from Start to a blocked bot."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.emulator.page.phones import IN_BROWSER, Bot, PhonePage, until

pytestmark = IN_BROWSER

Press = Callable[[PhonePage], Awaitable[None]]
ANSWERS = {"inline_keyboard": [[{"text": "Ja", "callback_data": "yes"}]]}


async def test_before_start_the_bot_says_what_it_is(bot: Bot, page: PhonePage):
    await bot.call("setMyDescription", description="Ik ben er voor je buurt.")
    noor = page.phone("Noor")
    await expect(noor.log).to_contain_text("Ik ben er voor je buurt.")
    await expect(noor.box).to_be_hidden()
    await noor.button("Start").click()
    assert (await bot.hears())["text"] == "/start"
    await expect(noor.box).to_be_visible()
    await bot.call("setMyDescription", description="")


async def test_what_is_typed_reaches_the_bot_and_its_answer_the_phone(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    await noor.types("Goedemiddag")
    heard = await bot.hears()
    assert (heard["text"], heard["from"]["id"]) == ("Goedemiddag", person)
    await bot.says(person, "Dag Noor!")
    answer = await noor.sees("Dag Noor!")
    await expect(answer).not_to_have_class(re.compile("own"))
    await expect(noor.bubble("Goedemiddag")).to_have_class(re.compile("own"))
    await expect(noor.box).to_have_value("")
    assert await page.phone("Yusuf").bubble("Dag Noor!").count() == 0


async def test_shift_enter_makes_a_new_line(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    box = page.phone("Noor").box
    await box.press_sequentially("een")
    await box.press("Shift+Enter")
    await box.press_sequentially("twee")
    await box.press("Enter")
    assert (await bot.hears())["text"] == "een\ntwee"


async def test_a_pressed_button_is_answered_with_a_note(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Kom je?", reply_markup=ANSWERS)
    noor = page.phone("Noor")
    button = noor.button("Ja", exact=True)
    await button.click()
    query = await bot.hears("callback_query")
    assert query["data"] == "yes"
    await expect(button).to_have_attribute("aria-busy", "true")
    await bot.call("answerCallbackQuery", callback_query_id=query["id"], text="Genoteerd")
    await expect(noor.shown.get_by_role("status")).to_have_text("Genoteerd")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_waits_until_it_was_read(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Kom je?", reply_markup=ANSWERS)
    noor = page.phone("Noor")
    await noor.button("Ja", exact=True).click()
    query = await bot.hears("callback_query")
    answer = {"callback_query_id": query["id"], "text": "Alles is vol.", "show_alert": True}
    await bot.call("answerCallbackQuery", **answer)
    notice = noor.shown.get_by_role("alertdialog", name="Alles is vol.")
    await expect(notice.get_by_role("button", name="Oké")).to_be_focused()
    await page.tab.keyboard.press("Escape")
    await expect(notice).to_have_count(0)
    await expect(noor.button("Ja", exact=True)).to_be_focused()


async def test_an_edit_takes_the_buttons_away_and_says_so(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    number = await bot.says(person, "Kom je?", reply_markup=ANSWERS)
    noor = page.phone("Noor")
    await noor.button("Ja", exact=True).focus()
    await bot.call("editMessageText", chat_id=person, message_id=number, text="Kom je? Ja")
    await expect(noor.button("Ja", exact=True)).to_have_count(0)
    edited = await noor.sees("Kom je? Ja")
    await expect(edited).to_contain_text("bewerkt")
    await expect(edited).to_be_focused()


@pytest.mark.parametrize(
    ("goes", "down", "up"),
    [
        ("hover", lambda page: page.tab.mouse.down(), lambda page: page.tab.mouse.up()),
        (
            "focus",
            lambda page: page.tab.keyboard.down("Space"),
            lambda page: page.tab.keyboard.up("Space"),
        ),
    ],
    ids=["pointer", "key"],
)
async def test_a_press_counts_though_its_message_changes_and_moves_under_it(
    bot: Bot, page: PhonePage, goes: str, down: Press, up: Press
):
    person = await bot.met("Noor")
    number = await bot.says(person, "Kom je?", reply_markup=ANSWERS)
    noor = page.phone("Noor")
    await getattr(noor.button("Ja", exact=True), goes)()
    await down(page)
    change = {"chat_id": person, "message_id": number, "text": "Kom je ook?"}
    await bot.call("editMessageText", **change, reply_markup=ANSWERS)
    await bot.says(person, "Nog iets")
    await expect(noor.log).to_have_attribute("aria-busy", "true")
    await expect(noor.bubble("Nog iets")).to_have_count(0)
    await up(page)
    query = await bot.hears("callback_query")
    assert query["data"] == "yes"
    await expect(noor.bubble("Kom je ook?")).to_have_count(1)
    await expect(noor.bubble("Nog iets")).to_have_count(1)


async def test_a_press_that_never_ends_holds_up_nothing(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Kom je?", reply_markup=ANSWERS)
    noor = page.phone("Noor")
    await noor.button("Ja", exact=True).hover()
    await page.tab.mouse.down()
    await bot.says(person, "Nog iets")
    await expect(noor.bubble("Nog iets")).to_have_count(1)
    await page.tab.mouse.up()


async def test_a_deleted_message_disappears(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    number = await bot.says(person, "Vergissing")
    noor = page.phone("Noor")
    await noor.sees("Vergissing")
    await bot.call("deleteMessage", chat_id=person, message_id=number)
    await expect(noor.bubble("Vergissing")).to_have_count(0)


async def test_typing_is_shown_until_the_message_comes(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    status = noor.shown.locator(".chat-status")
    await bot.call("sendChatAction", chat_id=person, action="typing")
    await expect(status).to_have_text("typt…")
    await expect(await noor.sees("/start")).to_be_visible()
    await expect(status).to_have_text("typt…")
    await bot.says(person, "Klaar")
    await expect(status).to_have_text("bot")


async def test_the_bots_keyboard_sends_its_words_and_shares(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    keys = [
        [{"text": "Groen"}, {"text": "Verkeer"}],
        [{"text": "Mijn nummer", "request_contact": True}],
        [{"text": "Mijn plek", "request_location": True}],
    ]
    await bot.says(person, "Kies maar", reply_markup={"keyboard": keys, "resize_keyboard": True})
    noor = page.phone("Noor")
    await noor.button("Verkeer").click()
    assert (await bot.hears())["text"] == "Verkeer"
    await noor.button("Mijn nummer (deelt je nummer)").click()
    assert (await bot.hears())["contact"]["user_id"] == person
    await noor.button("Mijn plek (deelt een plek)").click()
    await noor.shown.get_by_role("menuitem", name="Groningen").click()
    assert (await bot.hears())["location"]["latitude"] == pytest.approx(53.22, abs=0.01)
    await noor.button("Verberg de knoppen onder het tekstvak").click()
    await expect(noor.button("Verkeer")).to_be_hidden()
    await noor.button("Toon de knoppen onder het tekstvak").click()
    await expect(noor.button("Verkeer")).to_be_visible()
    await bot.says(person, "Dank je", reply_markup={"remove_keyboard": True})
    await expect(noor.button("Verkeer")).to_have_count(0)


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ("Je eigen nummer delen", "contact"),
        ("Voorbeeldfoto", "photo"),
        ("Voorbeelddocument", "document"),
        ("Spraakbericht", "voice"),
        ("Sticker", "sticker"),
        ("Album met twee foto’s", "media_group_id"),
    ],
)
async def test_everything_in_the_attach_menu_can_be_sent(bot: Bot, page: PhonePage, item, field):
    await bot.met("Noor")
    await page.phone("Noor").chooses("Iets bijvoegen", item)
    assert field in await bot.hears()
    await expect(page.phone("Noor").shown.locator(".message.own")).not_to_have_count(1)


async def test_a_file_of_the_computer_can_be_sent_and_saved(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    noor = page.phone("Noor")
    async with page.tab.expect_file_chooser() as choosing:
        await noor.chooses("Iets bijvoegen", "Bestand van deze computer…")
    chooser = await choosing.value
    await chooser.set_files({"name": "buurt.txt", "mimeType": "text/plain", "buffer": b"bankjes"})
    await expect(noor.box).to_be_focused()
    await noor.box.press("Enter")
    assert (await bot.hears())["document"]["file_name"] == "buurt.txt"
    async with page.tab.expect_download() as downloading:
        await noor.shown.get_by_role("link", name="buurt.txt").click()
    download = await downloading.value
    assert (await download.path()).read_bytes() == b"bankjes"
    assert download.suggested_filename == "buurt.txt"


async def test_pictures_and_files_of_the_bot_are_shown(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.people_side("POST", f"/people/{person}/photo", {})
    picture = (await bot.hears())["photo"][0]["file_id"]
    await bot.call("sendPhoto", chat_id=person, photo=picture, caption="De nieuwe straat")
    await bot.call("sendDocument", chat_id=person, document=b"a;b\r\n", caption="Uitkomsten")
    noor = page.phone("Noor")
    shown = noor.shown.get_by_role("img", name="De nieuwe straat")
    await until(lambda: shown.evaluate("image => image.naturalWidth > 0"))
    await expect(noor.shown.get_by_role("link", name="document.txt")).to_be_visible()


async def test_a_reply_quotes_what_it_answers(bot: Bot, page: PhonePage):
    person = await bot.met("Carla")
    number = await bot.says(person, "Vraag van een bewoner: wanneer?")
    carla = page.phone("Carla")
    await carla.on_message("Vraag van een bewoner", "Beantwoorden")
    await expect(carla.box).to_be_focused()
    await carla.types("Dinsdag")
    assert (await bot.hears())["reply_to_message"]["message_id"] == number
    own = await carla.sees("Dinsdag")
    await own.get_by_role("button", name="Vraag van een bewoner").click()
    await expect(carla.shown.locator(f"[data-message='{number}']")).to_be_focused()


async def test_an_own_message_can_be_edited_with_the_arrow(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    noor = page.phone("Noor")
    await noor.types("Utrrecht")
    await bot.hears()
    await noor.sees("Utrrecht")
    await noor.box.press("ArrowUp")
    await expect(noor.box).to_have_value("Utrrecht")
    await noor.box.fill("Utrecht")
    await noor.box.press("Enter")
    assert (await bot.hears("edited_message"))["text"] == "Utrecht"
    await expect(await noor.sees("Utrecht")).to_contain_text("bewerkt")


async def test_escape_gives_up_an_edit(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    noor = page.phone("Noor")
    await noor.types("Blijft staan")
    await noor.sees("Blijft staan")
    await noor.on_message("Blijft staan", "Bewerken")
    await noor.box.press("Escape")
    await expect(noor.box).to_have_value("")
    await noor.types("Nieuw")
    assert [(await bot.hears())["text"] for _ in range(2)] == ["Blijft staan", "Nieuw"]


async def test_the_menu_offers_this_persons_commands(bot: Bot, page: PhonePage):
    admin, _ = await bot.met("Ad"), await bot.met("Noor")
    await bot.call("setMyCommands", commands=[{"command": "help", "description": "Uitleg"}])
    more = [{"command": "health", "description": "Hoe gaat het"}]
    await bot.call("setMyCommands", commands=more, scope={"type": "chat", "chat_id": admin})
    ad = page.phone("Ad")
    await ad.chooses("Opdrachten", "/health Hoe gaat het")
    assert (await bot.hears())["text"] == "/health"
    await page.phone("Noor").button("Opdrachten").click()
    items = page.phone("Noor").shown.get_by_role("menuitem")
    assert await items.all_inner_texts() == ["/help\nUitleg", "Sluiten"]


async def test_a_command_in_a_text_is_sent_when_pressed(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Alles over je gegevens: /privacy.")
    await page.phone("Noor").button("/privacy").click()
    assert (await bot.hears())["text"] == "/privacy"


@pytest.mark.parametrize("as_button", [True, False])
async def test_a_deep_link_to_the_bot_is_a_start(bot: Bot, page: PhonePage, as_button):
    person = await bot.met("Noor")
    username = (await bot.call("getMe"))["username"]
    address = f"https://t.me/{username}?start=meeting-7"
    keyboard = {"inline_keyboard": [[{"text": "Doe mee", "url": address}]]}
    if as_button:
        await bot.says(person, "Kijk", reply_markup=keyboard)
    else:
        await bot.says(person, f'<a href="{address}">Doe mee</a>', parse_mode="HTML")
    await page.phone("Noor").button("Doe mee").click()
    assert (await bot.hears())["text"] == "/start meeting-7"


async def test_a_link_elsewhere_opens_apart(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Zie https://t.me/somebody_else?start=x en https://example.org/a.")
    links = page.phone("Noor").log.get_by_role("link")
    await expect(links).to_have_count(2)
    await expect(links.nth(1)).to_have_attribute("href", "https://example.org/a")
    await expect(links.nth(1)).to_have_attribute("rel", "noopener noreferrer")


async def test_blocking_leaves_one_button_that_undoes_it(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    noor = page.phone("Noor")
    await expect(noor.box).to_be_visible()
    await noor.chooses("Meer op de telefoon van Noor", "Blokkeer de bot")
    assert (await bot.hears("my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await expect(noor.box).to_be_hidden()
    await expect(noor.shown).to_contain_text("Noor heeft de bot geblokkeerd.")
    await noor.button("Blokkering opheffen").click()
    assert (await bot.hears("my_chat_member"))["new_chat_member"]["status"] == "member"
    await expect(noor.box).to_be_visible()


async def test_unread_counts_until_the_phone_is_used(bot: Bot, page: PhonePage):
    person = await bot.met("Yusuf")
    yusuf = page.phone("Yusuf")
    await bot.says(person, "Een")
    await bot.says(person, "Twee")
    await expect(yusuf.shown.get_by_role("img", name="2 ongelezen")).to_be_visible()
    line = yusuf.log.locator(".divider.new")
    await expect(line).to_have_text("Nieuw")
    assert await line.evaluate("line => line.nextSibling.textContent.includes('Een')")
    choice = page.tab.get_by_role("navigation").get_by_role("button", name="Yusuf")
    await expect(choice).to_contain_text("2")
    await yusuf.box.focus()
    await expect(yusuf.shown.locator(".unread")).to_have_count(0)
    await expect(line).to_have_count(0)
    people = await bot.people_side("GET", "/people")
    assert [one["unread"] for one in people if one["id"] == person] == [0]


async def test_a_refused_text_is_told_and_kept(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    await bot.people_side("POST", f"/people/{person}/start", {})
    await page.tab.route("**/text", lambda route: route.abort())
    await noor.types("Dit mag niet weg")
    note = noor.shown.get_by_role("status")
    await expect(note).to_have_text("Dat lukte niet: de server is niet bereikbaar.")
    await expect(noor.box).to_have_value("Dit mag niet weg")
    page.complaints.clear()


async def test_days_stand_between_messages(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    await bot.says(person, "Voor de nacht")
    await bot.people_side("POST", "/time", {"seconds": 24 * 3600})
    await bot.says(person, "Na de nacht")
    days = page.phone("Noor").log.locator(".divider.day")
    await expect(days).to_have_text(["Gisteren", "Vandaag"])


async def test_a_group_is_a_second_chat_on_the_phones_of_its_members(bot: Bot, page: PhonePage):
    carla, ad = await bot.met("Carla"), await bot.met("Ad")
    group = await bot.people_side("POST", "/groups", {"title": "Team", "members": [carla, ad]})
    await bot.says(group["id"], "Vraag 12 wacht")
    choice = page.phone("Carla").shown.get_by_role("combobox", name="Welk gesprek")
    of_ad = page.phone("Ad").shown.get_by_role("combobox", name="Welk gesprek")
    await expect(choice.locator("option")).to_have_text(["Buurtbot", re.compile(r"Team \(\d+\)")])
    await expect(page.phone("Noor").shown.get_by_role("combobox")).to_have_count(1)
    await of_ad.select_option(str(group["id"]))
    await choice.select_option(str(group["id"]))
    await page.phone("Carla").sees("Vraag 12 wacht")
    await expect(choice.locator("option")).to_have_text(["Buurtbot", "Team"])
    await page.phone("Carla").types("/neem 12")
    heard = await bot.hears_text("/neem 12")
    assert heard["chat"]["id"] == group["id"]
    await expect(await page.phone("Ad").sees("/neem 12")).to_contain_text("Carla")
    await bot.people_side("POST", f"/groups/{group['id']}/upgrade", {})
    await expect(page.phone("Carla").log).to_have_accessible_name("Gesprek van Carla met Buurtbot")
    await expect(choice.locator("option")).to_have_count(2)
