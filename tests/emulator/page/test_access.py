"""The page is for everybody: keyboard, screen reader, contrast, small screens, calm.

Measured in the browser by the rules of WCAG 2.2, level AA; the numbers of the success criteria
stand with each test.
"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.emulator.page.phones import IN_BROWSER, Bot, PhonePage

pytestmark = IN_BROWSER

SMALL = {"width": 320, "height": 640}

CONTRASTS = """() => {
    const part = (value) => {
        const [r, g, b, a = 1] = value.match(/[\\d.]+/g).map(Number);
        return { r, g, b, a };
    };
    const over = (top, below) => {
        const mix = (c) => top[c] * top.a + below[c] * (1 - top.a);
        return { r: mix("r"), g: mix("g"), b: mix("b"), a: 1 };
    };
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const colour = part(getComputedStyle(at).backgroundColor);
            layers.unshift(colour);
            if (colour.a === 1) break;
        }
        return layers.reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
    };
    const light = ({ r, g, b }) => {
        const line = (c) => (c <= 10.31 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * line(r) + 0.7152 * line(g) + 0.0722 * line(b);
    };
    const ratio = (a, b) => {
        const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
        return (high + 0.05) / (low + 0.05);
    };
    const found = [];
    const measure = (element, colour, text) => {
        const below = ground(element);
        const seen = ratio(over(part(colour), below), below);
        found.push({ text: text.trim().slice(0, 40), ratio: seen });
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.data;
        if (!text.trim() || element.closest("noscript, option, .spoken")) continue;
        if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        measure(element, getComputedStyle(element).color, text);
    }
    for (const box of document.querySelectorAll("textarea, input, select")) {
        if (!box.checkVisibility()) continue;
        const hint = getComputedStyle(box, "::placeholder").color;
        measure(box, getComputedStyle(box).color, box.value || "value");
        if (box.placeholder) measure(box, hint, box.placeholder);
    }
    return found;
}"""

SIZES = """() => [...document.querySelectorAll("button, a, select, input, textarea")]
    .filter((one) => one.checkVisibility() && !one.closest(".text, .skip"))
    .map((one) => {
        const { width, height } = one.getBoundingClientRect();
        return { name: one.getAttribute("aria-label") ?? one.textContent, width, height };
    })"""

FOCUSED = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    return {
        tag: at.tagName,
        name: at.getAttribute("aria-label") ?? at.textContent,
        phone: at.closest(".phone")?.querySelector("h2").textContent ?? "",
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        top: at.getBoundingClientRect().top,
    };
}"""


async def fill(bot: Bot) -> int:
    """Put something of everything on Noor's phone."""
    noor = await bot.met("Noor")
    side = f"/people/{noor}"
    for deed in ("photo", "voice", "sticker", "contact"):
        await bot.people_side("POST", f"{side}/{deed}", {})
    await bot.people_side("POST", f"{side}/location", {"latitude": 52.1, "longitude": 5.1})
    number = await bot.says(noor, "<b>Lees</b> /privacy of <code>dit</code>", parse_mode="HTML")
    await bot.call("editMessageText", chat_id=noor, message_id=number, text="Zie example.org")
    await bot.people_side("POST", f"{side}/text", {"text": "Antwoord", "reply_to": number})
    await bot.call("sendDocument", chat_id=noor, document=b"a;b", caption="Lijst")
    buttons = [
        [{"text": "Ja", "callback_data": "y"}, {"text": "Kijk", "url": "https://example.org"}]
    ]
    await bot.says(noor, "Kom je?", reply_markup={"inline_keyboard": buttons})
    keys = {"keyboard": [[{"text": "Groen"}, {"text": "Verkeer"}]], "resize_keyboard": True}
    await bot.says(noor, "Wat kies je?", reply_markup=keys)
    await bot.says(await bot.met("Carla"), "Ongelezen")
    return noor


async def assert_readable(page: PhonePage, least: int = 1) -> None:
    measured = await page.tab.evaluate(CONTRASTS)
    assert len(measured) >= least
    assert [one for one in measured if one["ratio"] < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_has_enough_contrast(bot: Bot, opened, scheme):
    """1.4.3, in every state the page can be in."""
    await fill(bot)
    await bot.call("setMyCommands", commands=[{"command": "help", "description": "Uitleg"}])
    async with opened(color_scheme=scheme, viewport={"width": 1600, "height": 1000}) as page:
        noor = page.phone("Noor")
        await noor.sees("Wat kies je?")
        await assert_readable(page, least=80)
        await noor.button("Opdrachten").click()
        await assert_readable(page)
        await page.tab.keyboard.press("Escape")
        await noor.on_message("Antwoord", "Bewerken")
        await page.phone("Carla").chooses("Meer op de telefoon van Carla", "Blokkeer de bot")
        await assert_readable(page)
        await page.tab.get_by_role("button", name="Telefoon erbij").click()
        await assert_readable(page)
        await page.tab.keyboard.press("Escape")
        await page.tab.get_by_role("button", name="Opnieuw beginnen").click()
        await assert_readable(page)
        await page.tab.keyboard.press("Escape")
        await page.tab.evaluate("document.getElementById('offline').hidden = false")
        await assert_readable(page)


async def test_every_target_is_large_enough(bot: Bot, page: PhonePage):
    """2.5.8; what stands in the middle of a sentence is exempt."""
    await fill(bot)
    await page.phone("Noor").sees("Wat kies je?")
    sizes = await page.tab.evaluate(SIZES)
    assert len(sizes) > 30
    assert [one for one in sizes if min(one["width"], one["height"]) < 24] == []


async def test_every_control_has_a_name_and_a_role(bot: Bot, page: PhonePage):
    """4.1.2, as Chromium tells it to a screen reader."""
    await fill(bot)
    await page.phone("Noor").sees("Wat kies je?")
    await expect(page.phone("Noor").box).to_be_visible()
    session = await page.tab.context.new_cdp_session(page.tab)
    tree = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    await session.detach()
    controls = {"button", "link", "textbox", "combobox", "image", "log", "region", "navigation"}
    shown = [node for node in tree if not node["ignored"] and node["role"]["value"] in controls]
    assert {node["role"]["value"] for node in shown} == controls
    assert [
        node["role"] for node in shown if not node.get("name", {}).get("value", "").strip()
    ] == []
    clickable = await page.tab.evaluate(
        "document.querySelectorAll(':is(div, span)[role=button]').length"
    )
    assert clickable == 0


async def test_landmarks_and_headings_give_the_outline(page: PhonePage):
    """1.3.1, 2.4.1, 2.4.2, 2.4.6."""
    assert await page.tab.get_by_role("banner").count() == 1
    assert await page.tab.get_by_role("navigation").count() == 1
    assert await page.tab.get_by_role("main").count() == 1
    levels = "() => [...document.querySelectorAll('h1, h2')].map((one) => one.tagName)"
    assert await page.tab.evaluate(levels) == ["H1", "H2", "H2", "H2", "H2"]
    assert await page.tab.title() == "Telefoons van Buurtbot"
    for name in ("Noor", "Yusuf", "Carla", "Ad"):
        await expect(page.tab.get_by_role("region", name=name, exact=True)).to_be_visible()
    ids = "() => [...document.querySelectorAll('[id]')].map((one) => one.id)"
    all_ids = await page.tab.evaluate(ids)
    assert len(all_ids) == len(set(all_ids))


async def test_new_messages_are_told_politely(bot: Bot, page: PhonePage):
    """4.1.3: a log is a polite live region; what was already said is not said again."""
    person = await bot.met("Noor")
    noor = page.phone("Noor")
    await noor.sees("/start")
    await expect(noor.log).to_have_attribute("aria-busy", "false")
    await expect(noor.log).to_have_accessible_name("Gesprek van Noor met Buurtbot")
    await noor.log.evaluate(
        """log => {
            window.added = [];
            new MutationObserver((records) => records.forEach((record) =>
                record.addedNodes.forEach((node) => window.added.push(node.textContent)))
            ).observe(log, { childList: true });
        }"""
    )
    await bot.says(person, "Een")
    await noor.sees("Een")
    await bot.says(person, "Twee")
    await noor.sees("Twee")
    added = [text for text in await page.tab.evaluate("window.added") if "Nieuw" not in text]
    assert len(added) == 2
    assert "Een" in added[0]
    assert "Twee" in added[1]
    assert added[1].startswith("Buurtbot:"), "who says it is spoken too"
    assert await noor.shown.get_by_role("status").count() == 1


async def test_the_tab_key_walks_through_everything_in_order(bot: Bot, page: PhonePage):
    """2.1.1, 2.1.2, 2.4.3, 2.4.7: no trap, nothing left out, always a visible ring."""
    await fill(bot)
    await page.phone("Noor").sees("Wat kies je?")
    walked = []
    for _ in range(90):
        await page.tab.keyboard.press("Tab")
        at = await page.tab.evaluate(FOCUSED)
        if at["tag"] == "BODY":
            break
        walked.append(at)
    assert walked[0]["name"] == "Naar de telefoons"
    assert walked[0]["top"] >= 0, "the skip link is seen once it has the focus"
    assert [at["name"] for at in walked if not at["ring"]] == []
    phones = list(dict.fromkeys(at["phone"] for at in walked))
    assert phones == ["", "Noor", "Yusuf", "Carla", "Ad"]
    noor = [at["name"] for at in walked if at["phone"] == "Noor"]
    wanted = ["Meer op de telefoon van Noor", "Ja", "Kijk", "Iets bijvoegen", "Opdrachten"]
    wanted += ["Bericht van Noor aan Buurtbot", "Versturen", "Groen", "Verkeer"]
    assert [name for name in noor if name in wanted] == wanted
    assert "Meer over dit bericht" in noor


async def test_a_talk_needs_no_mouse(bot: Bot, page: PhonePage):
    """2.1.1: start, type, press, choose from a menu, answer a message."""
    person = await bot.person("Noor")
    noor, keys = page.phone("Noor"), page.tab.keyboard
    await noor.button("Start").focus()
    await keys.press("Enter")
    assert (await bot.hears())["text"] == "/start"
    await expect(noor.box).to_be_focused()
    await keys.type("Hallo")
    await keys.press("Enter")
    assert (await bot.hears())["text"] == "Hallo"
    rows = [[{"text": "Ja", "callback_data": "y"}]]
    number = await bot.says(person, "Kom je?", reply_markup={"inline_keyboard": rows})
    await expect(noor.button("Ja", exact=True)).to_be_visible()
    await keys.press("Shift+Tab")
    await keys.press("Shift+Tab")
    await keys.press("Shift+Tab")
    await expect(noor.button("Ja", exact=True)).to_be_focused()
    await keys.press("Space")
    assert (await bot.hears("callback_query"))["data"] == "y"
    await bot.call("editMessageText", chat_id=person, message_id=number, text="Kom je? Ja")
    await expect(await noor.sees("Kom je? Ja")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await keys.press("Enter")
    await keys.type("Ik antwoord")
    await keys.press("Enter")
    assert (await bot.hears())["reply_to_message"]["text"] in {"Hallo", "Kom je? Ja"}


async def test_a_menu_is_walked_with_arrows_and_left_with_escape(bot: Bot, page: PhonePage):
    """2.1.2, 2.4.3: the focus is in the menu, and back where it was afterwards."""
    await bot.met("Noor")
    noor = page.phone("Noor")
    opener = noor.button("Iets bijvoegen")
    await opener.click()
    menu = noor.shown.get_by_role("menu", name="Iets bijvoegen")
    items = menu.get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await page.tab.keyboard.press("ArrowUp")
    await expect(items.last).to_be_focused()
    await page.tab.keyboard.press("ArrowDown")
    await page.tab.keyboard.press("ArrowDown")
    await expect(items.nth(1)).to_be_focused()
    await page.tab.keyboard.press("Escape")
    await expect(menu).to_have_count(0)
    await expect(opener).to_be_focused()


@pytest.mark.parametrize("language", ["Nederlands", "English"])
async def test_a_very_small_screen_needs_no_sideways_scrolling(bot: Bot, opened, language):
    """1.4.10 (320 px is also 1280 px at a zoom of 400 %)."""
    await fill(bot)
    async with opened(viewport=SMALL, has_touch=True) as page:
        await page.tab.get_by_role("button", name=language).click()
        await page.phone("Noor").sees("Wat kies je?")
        assert await page.tab.evaluate("document.documentElement.scrollWidth") == 320
        right = """() => [...document.querySelectorAll("body *")]
            .filter((one) => one.checkVisibility() && !one.closest(".spoken"))
            .filter((one) => one.getBoundingClientRect().right > 320.5)
            .map((one) => one.className)"""
        assert await page.tab.evaluate(right) == []
        sizes = await page.tab.evaluate(SIZES)
        assert [one for one in sizes if min(one["width"], one["height"]) < 24] == []


async def test_text_may_be_twice_as_large(bot: Bot, page: PhonePage):
    """1.4.4 and 1.4.12: larger letters and wider spacing cut nothing off that matters."""
    await fill(bot)
    noor = page.phone("Noor")
    await noor.sees("Wat kies je?")
    await page.tab.evaluate(
        """() => {
            const style = document.documentElement.style;
            style.fontSize = "200%";
            style.letterSpacing = "0.12em";
            style.wordSpacing = "0.16em";
        }"""
    )
    assert await page.tab.evaluate("document.documentElement.scrollWidth") == 1600
    cut = """() => [...document.querySelectorAll("button, .text, .now")]
        .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 2)
        .filter((one) => one.clientWidth > 0)
        .map((one) => one.textContent)"""
    assert await page.tab.evaluate(cut) == []
    await page.tab.evaluate("document.documentElement.removeAttribute('style')")


async def test_who_wants_calm_sees_nothing_move(bot: Bot, page: PhonePage):
    """2.3.3: with reduced motion nothing is animated."""
    await bot.says(await bot.met("Noor"), "Rustig aan")
    await page.phone("Noor").sees("Rustig aan")
    await page.phone("Noor").button("Opdrachten").click()
    assert await page.tab.evaluate("document.getAnimations().length") == 0
    moves = "() => [...document.querySelectorAll('body *')].filter((one) =>" + (
        " getComputedStyle(one).animationName !== 'none'"
        " || parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    )
    assert await page.tab.evaluate(moves) == 0


async def test_unread_and_waiting_are_not_told_by_colour_alone(bot: Bot, page: PhonePage):
    """1.4.1."""
    person = await bot.met("Noor")
    rows = [[{"text": "Ja", "callback_data": "y"}]]
    await bot.says(person, "Kom je?", reply_markup={"inline_keyboard": rows})
    noor = page.phone("Noor")
    await expect(noor.shown.get_by_role("img", name="1 ongelezen")).to_have_text("1")
    button = noor.button("Ja", exact=True)
    line = "one => getComputedStyle(one).borderTopStyle"
    assert await button.evaluate(line) == "solid"
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    assert await button.evaluate(line) == "dashed"


async def test_the_language_of_the_talk_is_known(bot: Bot, page: PhonePage):
    """3.1.2: a screen reader reads each talk in the voice of its language."""
    await bot.met("Yusuf")
    await page.tab.get_by_role("button", name="English").click()
    await expect(page.phone("Yusuf").log).to_have_attribute("lang", "nl")
    await expect(page.phone("Yusuf").box).to_have_attribute("lang", "nl")
    assert await page.phone("Yusuf").log.evaluate("log => log.matches(':lang(nl)')")
