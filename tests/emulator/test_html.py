"""Telegram's HTML, and what it finds in a text by itself."""

import pytest

from bot.emulator.entities import trimmed, units, with_found
from bot.emulator.html import parsed
from bot.emulator.refusals import Refused
from tests.emulator.emulated import NOOR


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&#233;&#x1F600;&nbsp;&", "é😀&nbsp;&", []),
        ("<b>x</b><b></b>", "x", [("bold", 0, 1)]),
        ("😀<i>é</i>", "😀é", [("italic", 2, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<s>a</s> <u>b</u> <code>c</code>", "a b c", [(k, n * 2, 1) for n, k in enumerate(
            ("strikethrough", "underline", "code"))]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-py">a</code></pre>', "a", [("pre", 0, 1)]),
        ('<a href="https://x.nl">a</a>', "a", [("text_link", 0, 1)]),
        ("<a>geen adres</a>", "geen adres", []),
        ("<B>x</b>", "x", [("bold", 0, 1)]),
    ],
)  # fmt: skip
def test_markup_becomes_entities(source, text, entities):
    found, marks = parsed(source)
    assert found == text
    assert [(mark["type"], mark["offset"], mark["length"]) for mark in marks] == entities


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>é</i>", 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        ("<noor>", 'Unsupported start tag "noor" at byte offset 0'),
        ("é < 3", 'Unsupported start tag "" at byte offset 3'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
    ],
)
def test_broken_markup_is_refused_in_telegrams_words(source, mistake):
    with pytest.raises(Refused) as refused:
        parsed(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {mistake}"


async def test_broken_markup_is_refused_over_the_line(emulated):
    params = {"chat_id": NOOR, "text": "<b>x", "parse_mode": "HTML"}
    assert "can't parse entities" in await emulated.refuses("sendMessage", **params)
    assert (await emulated.says("<b>x", parse_mode=""))["text"] == "<b>x"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start x", [("bot_command", 0, 6)]),
        ("😀 /join", [("bot_command", 3, 5)]),
        ("zie https://x.nl/a?b=1, of buurt.nl.", [("url", 4, 18), ("url", 27, 8)]),
        ("mail a@b.nl of @jan_p #wijk", [("email", 5, 6), ("mention", 15, 6), ("hashtag", 22, 5)]),
        ("1/2 en a/b", []),
    ],
)
def test_telegram_finds_links_and_commands_by_itself(text, found):
    assert [(e["type"], e["offset"], e["length"]) for e in with_found(text, [])] == found


def test_what_is_a_link_already_is_left_alone():
    text, marks = parsed('<a href="https://y.nl">https://x.nl</a>')
    assert with_found(text, marks) == marks


async def test_texts_are_trimmed_and_cleaned(emulated):
    message = await emulated.says("  <b>x</b>\u202e y\x07\n", parse_mode="HTML")
    assert message["text"] == "x y"
    assert message["entities"] == [{"type": "bold", "offset": 0, "length": 1}]


def test_trimming_moves_the_entities():
    marks = [{"type": "bold", "offset": 1, "length": 3}]
    assert trimmed("  ab ", marks) == ("ab", [{"type": "bold", "offset": 0, "length": 2}])


def test_lengths_are_counted_in_utf16_units():
    assert [units("a"), units("é"), units("😀")] == [1, 1, 2]
