"""Whatever people and bots write is shown as they wrote it, and does nothing else."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.emulator.page.phones import IN_BROWSER, Bot, PhonePage

pytestmark = IN_BROWSER

HOSTILE = {
    "markup": '<img src=x onerror="document.title=1"><script>document.title="2"</script>',
    "closing": "</div></section><h1>Ik ben de kop</h1>",
    "entities": "&lt;b&gt; &amp;amp; &#x3C;",
    "template": "${alert(1)} {{7*7}} {name}",
    "bidi override": "veilig \u202eneppo\u202c einde",
    "unclosed isolate": "\u2067\u2066\u202d\u202e open",
    "zero width": "on\u200bzicht\u200d\u2060baar\ufeff",
    "combining": "Z" + "\u0351\u036b\u0343" * 60,
    "control": "tab\tbel\x07 einde",
    "formula": '=HYPERLINK("x")',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_texts_are_only_text(bot: Bot, page: PhonePage, text):
    person = await bot.met("Noor")
    title = await page.tab.title()
    headings = await page.tab.get_by_role("heading").count()
    await bot.people_side("POST", f"/people/{person}/text", {"text": text})
    keyboard = {"inline_keyboard": [[{"text": text[:60], "callback_data": "x"}]]}
    sent = await bot.call("sendMessage", chat_id=person, text=text, reply_markup=keyboard)
    noor = page.phone("Noor")
    await expect(noor.log.locator(".message .text")).to_have_count(3)
    shown = await noor.log.locator(".message .text").evaluate_all(
        "all => all.map(e => e.textContent)"
    )
    assert shown[1:] == [text, sent["text"]]
    assert await page.tab.title() == title
    assert await page.tab.get_by_role("heading").count() == headings
    assert await noor.log.locator("img, script, h1").count() == 0


async def test_a_hostile_name_and_role_are_only_text(bot: Bot, page: PhonePage):
    name = "<b onclick=alert(1)>\u202eeoN"
    person = {"first_name": name, "language_code": "nl", "note": "<i>rol</i>"}
    await bot.people_side("POST", "/people", person)
    added = page.tab.locator(".phone").last
    await expect(added.locator(".role")).to_have_text("<i>rol</i>")
    assert await added.locator("h2 bdi").evaluate("name => name.textContent") == name
    assert await added.locator("h2 b, .role i").count() == 0


@pytest.mark.parametrize("letter", ["w", "م", "\U0001f468", "\u0301"])
async def test_a_word_without_end_stays_inside_its_bubble(bot: Bot, page: PhonePage, letter):
    person = await bot.met("Noor")
    text = letter * (4096 // len(letter.encode("utf-16-le")) * 2)
    await bot.says(person, text[:4096])
    noor = page.phone("Noor")
    await expect(noor.log.locator(".message")).to_have_count(2)
    inside = """log => log.scrollWidth <= log.clientWidth
        && [...log.querySelectorAll(".bubble")].every(
            (one) => one.getBoundingClientRect().right <= log.getBoundingClientRect().right)"""
    assert await noor.log.evaluate(inside)
    assert await page.tab.evaluate("document.documentElement.scrollWidth") <= 1600


async def test_long_button_labels_stay_inside_too(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    labels = [["x" * 60, "y" * 60], ["Aansprakelijkheidsverzekering", "Ja"]]
    rows = [[{"text": one, "callback_data": "d"} for one in row] for row in labels]
    await bot.says(person, "Kies", reply_markup={"inline_keyboard": rows})
    noor = page.phone("Noor")
    await noor.sees("Kies")
    edges = """log => [...log.querySelectorAll(".inline-button")].every((button) =>
        button.scrollWidth <= button.clientWidth + 1
        && button.getBoundingClientRect().right <= log.getBoundingClientRect().right)"""
    assert await noor.log.evaluate(edges)


async def test_entities_become_the_right_elements(bot: Bot, page: PhonePage):
    person = await bot.met("Noor")
    html = (
        "👨‍👩‍👧 <b>vet <i>en schuin</i></b> <u>lijn</u> <s>weg</s> <code>a&lt;b</code> "
        '<a href="https://example.org/?a=1&amp;b=2">hier</a> <tg-spoiler>geheim</tg-spoiler>'
        "<blockquote>gezegd</blockquote><pre>x\ny</pre>"
    )
    await bot.says(person, html, parse_mode="HTML")
    log = page.phone("Noor").log
    await expect(log.locator("strong")).to_have_text("vet en schuin")
    await expect(log.locator("strong em")).to_have_text("en schuin")
    found = {"u": "lijn", "s": "weg", "p + .text > code, .text > code": "a<b"}
    for selector, text in found.items():
        await expect(log.locator(selector).last).to_have_text(text)
    await expect(log.locator("blockquote")).to_have_text("gezegd")
    assert await log.locator("pre").evaluate("pre => pre.textContent") == "x\ny"
    await expect(log.get_by_role("link")).to_have_attribute("href", "https://example.org/?a=1&b=2")
    assert "geheim" not in await log.inner_text()
    await log.get_by_role("button", name="Verborgen tekst").click()
    await expect(log).to_contain_text("geheim")


async def test_a_right_to_left_text_runs_from_the_right(bot: Bot, page: PhonePage):
    person = await bot.met("Yusuf")
    await page.phone("Yusuf").shown.get_by_role("combobox").select_option("ar")
    keyboard = {"inline_keyboard": [[{"text": "نعم (1)", "callback_data": "y"}]]}
    await bot.says(person, "ما هي بلديتك؟ مثال: Utrecht", reply_markup=keyboard)
    yusuf = page.phone("Yusuf")
    text = (await yusuf.sees("ما هي")).locator(".text")
    direction = "element => getComputedStyle(element).direction"
    assert await text.evaluate(direction) == "rtl"
    assert await yusuf.button("نعم (1)").locator("bdi").evaluate(direction) == "rtl"
    await yusuf.box.fill("أوتريخت")
    assert await yusuf.box.evaluate(direction) == "rtl"
    await bot.says(person, "Nederlands mag ook")
    assert await (await yusuf.sees("mag ook")).locator(".text").evaluate(direction) == "ltr"
