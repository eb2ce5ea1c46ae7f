"""What stands around the phones: the clock, starting over, the language, which phones are shown."""

from __future__ import annotations

import re
from datetime import datetime

from playwright.async_api import expect

from tests.emulator.page.phones import IN_BROWSER, PEOPLE, Bot, PhonePage

pytestmark = IN_BROWSER


async def now(bot: Bot) -> datetime:
    return datetime.fromisoformat((await bot.people_side("GET", "/time"))["now"])


async def test_four_phones_with_names_and_roles(page: PhonePage):
    headings = page.tab.get_by_role("main").get_by_role("heading", level=2)
    await expect(headings).to_have_text(list(PEOPLE))
    roles = page.tab.locator(".phone .role")
    await expect(roles).to_have_text(["bewoner", "bewoner", "coördinator", "beheerder"])
    boxes = [await page.phone(name).shown.bounding_box() for name in PEOPLE]
    assert len({round(box["y"]) for box in boxes if box}) == 1, "side by side"


async def test_the_clock_moves_an_hour_and_a_day(bot: Bot, page: PhonePage):
    before = await now(bot)
    bar = page.tab.get_by_role("region", name="De klok van de bot")
    shown = await bar.locator("time").inner_text()
    assert re.fullmatch(r"\w+ \d+ \w+ \d{4}, \d\d\.\d\d uur", shown, re.UNICODE), shown
    await bar.get_by_role("button", name="+1 uur").click()
    await expect(bar.get_by_role("status")).to_contain_text("Het is nu ")
    assert 3600 <= (await now(bot) - before).total_seconds() < 3660
    await bar.get_by_role("button", name="+1 dag").click()
    await expect(bar.locator("time")).not_to_have_text(shown)
    assert 25 * 3600 <= (await now(bot) - before).total_seconds() < 25 * 3600 + 60


async def test_without_a_next_event_the_button_says_so(page: PhonePage):
    button = page.tab.get_by_role("button", name="Naar de volgende gebeurtenis")
    await expect(button).to_contain_text("Er staat niets gepland")
    await expect(button).to_have_attribute("aria-disabled", "true")


async def test_the_next_event_is_told_and_reached(page: PhonePage):
    moves: list[str | None] = []

    async def answer(route):
        if route.request.method == "POST":
            moves.append(route.request.post_data)
        await route.fulfill(
            json={"now": "2027-09-21T12:05:00Z", "next": "2027-09-27T17:30:00Z", "moves": True}
        )

    await page.tab.route("**/time", answer)
    await page.tab.reload()
    button = page.tab.get_by_role("button", name="Naar de volgende gebeurtenis")
    await expect(button).to_contain_text("ma 27 sep, 19.30 uur")
    await expect(page.tab.locator("time.now")).to_have_text("dinsdag 21 september 2027, 14.05 uur")
    await button.click()
    await expect(page.tab.locator(".timebar [role=status]")).to_contain_text("Het is nu dinsdag")
    assert moves == ['{"to":"next"}']


async def test_starting_over_is_asked_about_first(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    noor = page.phone("Noor")
    await noor.types("Weg hiermee")
    await noor.sees("Weg hiermee")
    reset = page.tab.get_by_role("button", name="Opnieuw beginnen")
    await reset.click()
    dialog = page.tab.get_by_role("dialog", name="Opnieuw beginnen?")
    await expect(dialog.get_by_role("button", name="Annuleren")).to_be_focused()
    await page.tab.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(noor.bubble("Weg hiermee")).to_have_count(1)
    await reset.click()
    await dialog.get_by_role("button", name="Ja, wis alles").click()
    await expect(noor.bubble("Weg hiermee")).to_have_count(0)
    await expect(noor.button("Start")).to_be_visible()


async def test_the_page_is_dutch_and_switches_to_english_for_good(bot: Bot, page: PhonePage):
    await bot.met("Noor")
    await expect(page.tab.locator("html")).to_have_attribute("lang", "nl")
    noor = page.phone("Noor")
    await noor.box.fill("half getypt")
    await page.tab.get_by_role("button", name="English").click()
    await expect(page.tab.locator("html")).to_have_attribute("lang", "en")
    await expect(page.tab.get_by_role("button", name="Start over")).to_be_visible()
    await expect(noor.box).to_have_value("half getypt")
    await expect(noor.box).to_have_attribute("placeholder", "Message")
    await page.tab.reload()
    await expect(page.tab.get_by_role("button", name="Start over")).to_be_visible()


async def test_every_sentence_exists_in_both_languages(page: PhonePage):
    names = """async () => {
        const { TEXTS } = await import("/page/texts.js");
        const named = (text) => (text.match(/{\\w+}/g) ?? []).sort().join();
        return ["nl", "en"].map((code) =>
            Object.entries(TEXTS[code]).map(([name, text]) => `${name} ${named(text)}`));
    }"""
    dutch, english = await page.tab.evaluate(names)
    assert dutch == english
    assert len(dutch) > 50


async def test_a_phone_can_be_hidden_and_brought_back(page: PhonePage):
    choice = page.tab.get_by_role("navigation").get_by_role("button", name="Carla")
    await choice.click()
    await expect(choice).to_have_attribute("aria-pressed", "false")
    await expect(choice).to_be_focused()
    await expect(page.phone("Carla").shown).to_have_count(0)
    await choice.click()
    await expect(page.phone("Carla").shown).to_be_visible()


async def test_a_phone_can_be_added(bot: Bot, page: PhonePage):
    await page.tab.get_by_role("button", name="Telefoon erbij").click()
    dialog = page.tab.get_by_role("dialog", name="Een telefoon erbij")
    await dialog.get_by_label("Naam").fill("Fatma")
    await dialog.get_by_label("Taal van de telefoon").select_option("tr")
    await dialog.get_by_role("button", name="Toevoegen").click()
    fatma = page.phone("Fatma")
    await expect(fatma.button("Start")).to_be_visible()
    await expect(fatma.shown.get_by_role("combobox")).to_have_value("tr")
    await fatma.button("Start").click()
    assert (await bot.hears())["from"]["language_code"] == "tr"


async def test_a_phones_language_reaches_the_bot(bot: Bot, page: PhonePage):
    await bot.met("Yusuf")
    yusuf = page.phone("Yusuf")
    await yusuf.shown.get_by_role("combobox").select_option("ar")
    await expect(yusuf.log).to_have_attribute("lang", "ar")
    await yusuf.types("مرحبا")
    assert (await bot.hears())["from"]["language_code"] == "ar"


async def test_what_was_said_is_there_after_a_reload(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    for number in range(30):
        await bot.says(person, f"Bericht {number}")
    await page.tab.reload()
    last = await page.phone("Noor").sees("Bericht 29")
    await expect(last).to_be_in_viewport()


async def test_scrolling_up_is_left_alone_by_new_messages(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    await expect(noor.box).to_be_visible()
    for number in range(30):
        await bot.says(person, f"Bericht {number}.")
    await expect(await noor.sees("Bericht 29.")).to_be_in_viewport()
    await noor.log.evaluate("log => log.scrollTo(0, 0)")
    await expect(noor.button("Naar het nieuwste bericht")).to_be_visible()
    await bot.says(person, "Nog een")
    await noor.sees("Nog een")
    assert await noor.log.evaluate("log => log.scrollTop") == 0
    await noor.button("Naar het nieuwste bericht").click()
    await expect(noor.bubble("Nog een")).to_be_in_viewport()


async def test_who_scrolls_up_in_the_moment_that_a_message_comes_is_left_there(page: PhonePage):
    stays, offered = await page.tab.evaluate(
        """async () => {
            const { Log } = await import("/log.js");
            const log = new Log("Proef", { id: 1, language_code: "nl" }, {});
            document.body.append(log.element);
            const list = log.element.querySelector(".log");
            list.style.height = "100px";
            list.append(document.createElement("p"));
            list.firstChild.style.minHeight = "1000px";
            log.toBottom();
            await new Promise((done) => setTimeout(done, 100));
            list.scrollTo(0, 0);
            log.show([], 0, new Date());
            await new Promise((done) => setTimeout(done, 100));
            return [list.scrollTop === 0, !log.element.querySelector(".to-bottom").hidden];
        }"""
    )
    assert stays
    assert offered


async def test_what_one_says_is_seen_also_when_the_answer_comes_with_it(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    for number in range(30):
        await bot.says(person, f"Bericht {number}.")
    await expect(await noor.sees("Bericht 29.")).to_be_in_viewport()
    await noor.log.evaluate("log => log.scrollTo(0, 0)")
    await expect(noor.button("Naar het nieuwste bericht")).to_be_visible()
    await bot.people_side("POST", f"/people/{person}/text", {"text": "Mijn vraag"})
    await bot.says(person, "Het antwoord")
    await expect(await noor.sees("Het antwoord")).to_be_in_viewport()


async def test_a_narrow_screen_shows_one_phone_at_a_time(opened):
    async with opened(viewport={"width": 390, "height": 844}) as page:
        await expect(page.phone("Noor").shown).to_be_visible()
        await expect(page.tab.locator(".phone:visible")).to_have_count(1)
        await page.tab.get_by_role("navigation").get_by_role("button", name="Ad").click()
        await expect(page.phone("Ad").shown).to_be_visible()
        await expect(page.tab.locator(".phone:visible")).to_have_count(1)


async def test_a_lost_server_is_told_and_found_again(opened, started, tmp_path):
    async with started(0, "--state", str(tmp_path)) as address:
        port = int(address.rpartition(":")[2])
    async with opened(viewport={"width": 1200, "height": 800}) as page:
        async with started(port, "--state", str(tmp_path)):
            await page.load(address)
            await page.phone("Noor").button("Start").click()
            await page.phone("Noor").sees("/start")
        offline = page.tab.get_by_text("Geen verbinding met de server.")
        await expect(offline).to_be_visible()
        async with started(port, "--state", str(tmp_path)):
            await expect(offline).to_be_hidden(timeout=15_000)
            await page.phone("Noor").types("Er weer")
            await page.phone("Noor").sees("Er weer")
        page.complaints.clear()
