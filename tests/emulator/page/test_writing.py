"""Writing as apps let people write: marked words, words under a file, voice messages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.async_api import expect

from bot.emulator.sounds import silence
from tests.emulator.page.phones import IN_BROWSER, Bot, Phone, PhonePage, until
from tests.emulator.page.test_access import SIZES, SMALL, assert_readable

pytestmark = IN_BROWSER


def marked(message, words="text", marks="entities"):
    """The kinds of entities with the words that they mark."""
    units = message[words].encode("utf-16-le")
    return [
        (one["type"],
         units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in message.get(marks, [])
    ]  # fmt: skip


async def select(phone: Phone, text: str) -> None:
    """Select these words in the text box."""
    await phone.box.evaluate(
        """(box, words) => {
            const at = box.value.indexOf(words);
            box.focus();
            box.setSelectionRange(at, at + words.length);
        }""",
        text,
    )


@pytest.mark.parametrize(
    ("typed", "text", "kinds"),
    [
        ("**vet** en __schuin__", "vet en schuin", [("bold", "vet"), ("italic", "schuin")]),
        ("++een++ ~~twee~~ ||drie|| `vier`", "een twee drie vier",
         [("underline", "een"), ("strikethrough", "twee"), ("spoiler", "drie"), ("code", "vier")]),
        ("👨‍👩‍👧 **a __b__**", "👨‍👩‍👧 a b", [("bold", "a b"), ("italic", "b")]),
        ("[kijk **hier**](https://example.org/?a=1)", "kijk hier",
         [("text_link", "kijk hier"), ("bold", "hier")]),
        ("> een\n> **twee**\ndrie", "een\ntwee\ndrie",
         [("blockquote", "een\ntwee"), ("bold", "twee")]),
        ("```\na = 1\nb\n```", "a = 1\nb", [("pre", "a = 1\nb")]),
        ("C++ en D++, snake__case__x, 2 ** 3 ** 4, ****, >5", None, []),
        ("x__init__ en 2**3** en a++b++", None, []),
        ("https://example.org/__init__/a", None, [("url", "https://example.org/__init__/a")]),
        ("[boos](javascript:alert(1)) `**niet**", "[boos](javascript:alert(1)) `niet",
         [("bold", "niet")]),
    ],
)  # fmt: skip
async def test_typed_marks_become_entities(bot: Bot, page: PhonePage, typed, text, kinds):
    await bot.met("Carla")
    await page.phone("Carla").types(typed)
    heard = await bot.hears()
    assert heard["text"] == (text or typed)
    assert marked(heard) == kinds


async def test_a_marked_text_looks_marked_and_can_be_edited(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    await carla.types("**Kom** naar [het plein](https://example.org/)")
    shown = await carla.sees("Kom naar het plein")
    await expect(shown.locator("strong")).to_have_text("Kom")
    await expect(shown.get_by_role("link")).to_have_attribute("href", "https://example.org/")
    await carla.box.press("ArrowUp")
    await expect(carla.box).to_have_value("**Kom** naar [het plein](https://example.org/)")
    await carla.types("Kom naar __het plein__")
    assert marked(await bot.hears("edited_message")) == [("italic", "het plein")]


@pytest.mark.parametrize(
    ("key", "kind", "typed"),
    [
        ("Control+b", "bold", "Kom **naar** het plein"),
        ("Control+i", "italic", "Kom __naar__ het plein"),
        ("Control+u", "underline", "Kom ++naar++ het plein"),
    ],
)
async def test_a_key_marks_what_is_selected_and_unmarks_it(
    bot: Bot, page: PhonePage, key, kind, typed
):
    await bot.met("Carla")
    carla = page.phone("Carla")
    await carla.box.fill("Kom naar het plein")
    await select(carla, "aa")
    await carla.box.press(key)
    await expect(carla.box).to_have_value(typed)
    await carla.box.press(key)
    await expect(carla.box).to_have_value("Kom naar het plein")
    await carla.box.press(key)
    await carla.box.press("Enter")
    assert marked(await bot.hears()) == [(kind, "naar")]


async def test_a_key_makes_a_link_of_what_is_selected(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    await carla.box.fill("Kom naar het plein")
    await select(carla, "het plein")
    await carla.box.press("Control+k")
    await page.tab.keyboard.type("example.org")
    await carla.box.press("Enter")
    heard = await bot.hears()
    assert marked(heard) == [("text_link", "het plein")]
    assert heard["entities"][0]["url"] == "https://example.org"


async def test_what_is_selected_can_be_marked_from_a_menu(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    await carla.box.fill("een\ntwee")
    marker = carla.button("Opmaak van wat je selecteerde")
    await expect(marker).to_be_hidden()
    await select(carla, "een")
    await carla.chooses("Opmaak van wat je selecteerde", "Verborgen")
    await expect(carla.box).to_have_value("||een||\ntwee")
    await expect(carla.box).to_be_focused()
    await select(carla, "twee")
    await page.tab.keyboard.press("Tab")
    await expect(marker).to_be_focused()
    await page.tab.keyboard.press("Enter")
    await page.tab.keyboard.press("End")
    await page.tab.keyboard.press("ArrowUp")
    await page.tab.keyboard.press("Enter")
    await carla.box.press("Enter")
    assert marked(await bot.hears()) == [("spoiler", "een"), ("blockquote", "twee")]
    await expect(marker).to_be_hidden()


async def chosen(page: PhonePage, phone: Phone, item: str, file: Mapping[str, object]) -> None:
    """Choose a file of the computer from the menu."""
    async with page.tab.expect_file_chooser() as choosing:
        await phone.chooses("Iets bijvoegen", item)
    await (await choosing.value).set_files(file)  # type: ignore[arg-type]  # the fields it knows
    await expect(phone.shown.locator(".context")).to_contain_text(str(file["name"]))


async def test_a_file_goes_with_marked_words(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    await chosen(page, carla, "Bestand van deze computer…", file)
    await expect(carla.box).to_be_focused()
    await expect(carla.box).to_have_accessible_description("Je stuurt: plan.pdf")
    await carla.types("Het **plan**")
    heard = await bot.hears()
    assert heard["document"]["file_name"] == "plan.pdf"
    await expect(carla.box).to_have_accessible_description("")
    assert marked(heard, "caption", "caption_entities") == [("bold", "plan")]
    await carla.on_message("Het plan", "Bewerken")
    await expect(carla.box).to_have_value("Het **plan**")
    await carla.box.fill("")
    await carla.box.press("Enter")
    edited = await bot.hears("edited_message")
    assert "caption" not in edited
    assert edited["document"] == heard["document"]


async def test_a_file_that_did_not_go_is_kept_with_its_words(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    await chosen(page, carla, "Bestand van deze computer…", file)
    await page.tab.route("**/document", lambda route: route.abort())
    await carla.types("Het plan")
    await expect(carla.shown.get_by_role("status")).to_contain_text("Dat lukte niet")
    await expect(carla.box).to_have_value("Het plan")
    await page.tab.unroute_all()
    page.complaints.clear()
    await carla.box.press("Enter")
    heard = await bot.hears()
    assert (heard["document"]["file_name"], heard["caption"]) == ("plan.pdf", "Het plan")


async def test_escape_leaves_a_chosen_file_behind(bot: Bot, page: PhonePage):
    await bot.met("Carla")
    carla = page.phone("Carla")
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    await chosen(page, carla, "Bestand van deze computer…", file)
    await carla.box.press("Escape")
    await carla.types("Toch niet")
    heard = await bot.hears()
    assert "document" not in heard
    assert heard["text"] == "Toch niet"


@pytest.mark.parametrize(
    ("item", "field"),
    [("Voorbeeldfoto", "photo"), ("Voorbeelddocument", "document"), ("Spraakbericht", "voice")],
)
async def test_an_example_takes_what_was_typed_along(bot: Bot, page: PhonePage, item, field):
    await bot.met("Carla")
    carla = page.phone("Carla")
    await carla.box.fill("Zo is het __nu__")
    await carla.chooses("Iets bijvoegen", item)
    heard = await bot.hears()
    assert field in heard
    assert heard["caption"] == "Zo is het nu"
    assert marked(heard, "caption", "caption_entities") == [("italic", "nu")]
    await expect(carla.box).to_have_value("")


async def test_a_voice_message_of_the_computer_is_sent_on_and_can_be_played(
    bot: Bot, page: PhonePage
):
    noor = await bot.met("Noor")
    await bot.met("Carla")
    carla = page.phone("Carla")
    spoken = {"name": "oproep.ogg", "mimeType": "audio/ogg", "buffer": silence(4)}
    await chosen(page, carla, "Geluid van deze computer…", spoken)
    await carla.box.press("Enter")
    heard = await bot.hears()
    assert "caption" not in heard
    file = heard["voice"]["file_id"]
    await bot.call("sendVoice", chat_id=noor, voice=file, caption="<b>Luister</b>", duration=4,
                   parse_mode="HTML")  # fmt: skip
    shown = await page.phone("Noor").sees("Luister")
    await expect(shown).to_contain_text("Spraakbericht, 4 sec.")
    await expect(shown.locator("strong")).to_have_text("Luister")
    player = shown.locator("audio")
    await player.evaluate("player => player.load()")
    await player.evaluate(
        "player => { player.preload = 'auto'; player.muted = true; player.play(); }"
    )
    await until(lambda: player.evaluate("player => Math.abs(player.duration - 4) < 0.5"))


async def test_a_hidden_word_and_a_long_quote_open_where_they_stand(bot: Bot, page: PhonePage):
    noor = await bot.met("Noor")
    quote = "Een lange zin over de buurt. " * 12
    html = f"<tg-spoiler>geheim</tg-spoiler> <blockquote expandable>{quote}</blockquote>"
    await bot.says(noor, html, parse_mode="HTML")
    phone = page.phone("Noor")
    await phone.button("Verborgen tekst").click()
    await expect(phone.log.get_by_text("geheim")).to_be_focused()
    height = "quote => quote.getBoundingClientRect().height"
    words = phone.log.locator(".quote-words")
    folded = await words.evaluate(height)
    more = phone.button("Lees verder")
    await expect(more).to_have_attribute("aria-expanded", "false")
    await more.click()
    assert await words.evaluate(height) > 2 * folded
    await phone.button("Minder").click()
    assert await words.evaluate(height) == folded
    await bot.says(noor, "<blockquote expandable>kort</blockquote>\nna", parse_mode="HTML")
    lines = "text => text.innerText.split('\\n')"
    assert await (await phone.sees("kort")).locator(".text").evaluate(lines) == ["kort", "na"]
    await expect(
        (await phone.sees("kort")).get_by_role("button", name="Lees verder")
    ).to_have_count(0)


async def test_who_is_in_a_message_that_is_deleted_stays_in_the_conversation(
    bot: Bot, page: PhonePage
):
    noor = await bot.met("Noor")
    rows = [[{"text": "Ja", "callback_data": "y"}]]
    number = await bot.says(noor, "Vergissing", reply_markup={"inline_keyboard": rows})
    phone = page.phone("Noor")
    await phone.button("Ja", exact=True).focus()
    await bot.call("deleteMessage", chat_id=noor, message_id=number)
    await expect(phone.bubble("Vergissing")).to_have_count(0)
    await expect(phone.log).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_writing_is_readable_and_fits_a_small_screen(bot: Bot, opened, scheme):
    """1.4.3, 1.4.10 and 2.5.8 with a selection, its menu, a file that waits and a quote."""
    noor = await bot.met("Noor")
    quote = "Een lange zin over de buurt. " * 12
    await bot.says(noor, f"<blockquote expandable>{quote}</blockquote>", parse_mode="HTML")
    file = {"name": "een-heel-lange-naam-" * 6 + ".pdf", "mimeType": "text/plain", "buffer": b"x"}
    async with opened(viewport=SMALL, has_touch=True, color_scheme=scheme) as page:
        phone = page.phone("Noor")
        await phone.sees("Een lange zin")
        await chosen(page, phone, "Bestand van deze computer…", file)
        await phone.box.fill("een twee")
        await select(phone, "twee")
        await expect(phone.button("Opmaak van wat je selecteerde")).to_be_visible()
        await assert_readable(page)
        assert await page.tab.evaluate("document.documentElement.scrollWidth") == 320
        sizes = await page.tab.evaluate(SIZES)
        assert [one for one in sizes if min(one["width"], one["height"]) < 24] == []
        await phone.button("Opmaak van wat je selecteerde").click()
        await assert_readable(page)
        assert await page.tab.evaluate("document.documentElement.scrollWidth") == 320
