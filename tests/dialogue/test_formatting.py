"""What people formatted in their app, as our rich text: read back by the emulator's own parser."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.formatting import MOST_TAGS, as_rich, trimmed
from bot.dialogue.messages import Rich, Span, as_html, as_plain, clipped, units
from bot.emulator.html import parsed

MARKS = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
SITE = "https://example.org/?a=1&b='2'"
SIGNS = "ab <>&\"'\n\u200d\u202e\U0001f468é/;"

texts = st.text(st.sampled_from(SIGNS), min_size=4, max_size=24)
spans = st.lists(
    st.builds(
        Span,
        st.sampled_from([*MARKS, *QUOTES, "code", "pre", "text_link", "mention", "url", "<b>"]),
        st.integers(0, 20) | st.integers(-3, 40),
        st.integers(1, 12) | st.integers(-2, 40),
        st.sampled_from([SITE, "http://b.example", "javascript:x", "tg://user?id=1", ""]),
        st.sampled_from(["python", '"><b>', ""]),
    ),
    max_size=10,
)


def first(kinds, at, found):
    """Of the spans that may not cross, the one that holds this unit: the earliest, the longest."""
    inside = [s for s in found if s.kind in kinds and s.offset <= at < s.offset + s.length]
    return min(inside, key=lambda s: (s.offset, -s.length), default=None)


def meant(text, found):
    """How each UTF-16 unit should look, worked out unit by unit."""
    found = [s for s in clipped(text, found) if s.kind != "text_link" or s.url.startswith("http")]
    looks: list[Any] = []
    for at in range(units(text)):
        quote, whole = first(QUOTES, at, found), first(("code", "pre", "text_link"), at, found)
        marks = {s.kind for s in found if s.kind in MARKS and s.offset <= at < s.offset + s.length}
        if whole is None:
            looks.append((quote and quote.kind, marks, None))
        elif whole.kind == "text_link":
            looks.append((quote and quote.kind, marks, whole.url))
        else:
            language = whole.language if whole.kind == "pre" and whole.language.isalpha() else ""
            looks.append((quote and quote.kind, set(), (whole.kind, language)))
    return looks


def shown(entities, length):
    """How each UTF-16 unit looks, by the entities that came out."""
    looks: list[Any] = [[None, set(), None] for _ in range(length)]
    for one in entities:
        for at in range(one["offset"], one["offset"] + one["length"]):
            look, kind = looks[at], one["type"]
            if kind in MARKS:
                assert kind not in look[1]
                look[1].add(kind)
                continue
            place = 0 if kind in QUOTES else 2
            assert look[place] is None
            look[place] = kind if place == 0 else one.get("url", (kind, one.get("language", "")))
    return [tuple(look) for look in looks]


@settings(max_examples=400)
@given(texts, spans)
def test_what_comes_out_reads_the_same_and_looks_as_it_was_meant(text, found):
    made = as_rich(text, found)
    read, entities = parsed(as_html(made))
    assert read == text == as_plain(made)
    assert shown(entities, units(text)) == meant(text, found)
    assert bool(entities) == isinstance(made, Rich)


@settings(max_examples=200)
@given(texts, spans)
def test_white_space_around_goes_and_the_look_of_the_rest_stays(text, found):
    bare, moved = trimmed(text, found)
    assert bare == text.strip()
    cut = units(text) - units(text.lstrip())
    whole = clipped(text, found)
    assert meant(bare, moved) == meant(bare, [
        Span(s.kind, s.offset - cut, s.length, s.url, s.language) for s in whole
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found", "html"),
    [
        ("plain <b>", (), "plain <b>"),
        ("a & b", [("bold", 0, 1)], "<b>a</b> &amp; b"),
        ("abcd", [("bold", 0, 3), ("italic", 1, 3)], "<b>a</b><i><b>bc</b>d</i>"),
        ("abcd", [("bold", 0, 4), ("code", 1, 2)], "<b>a</b><code>bc</code><b>d</b>"),
        ("abcd", [("bold", 0, 2), ("bold", 2, 2)], "<b>abcd</b>"),
        ("abcd", [("bold", 1, 3), ("blockquote", 0, 3)],
         "<blockquote>a<b>bc</b></blockquote><b>d</b>"),
        ("ab", [("expandable_blockquote", 0, 2), ("blockquote", 1, 1)],
         "<blockquote expandable>ab</blockquote>"),
        ("ab", [("spoiler", 0, 1), ("strikethrough", 1, 1)],
         "<tg-spoiler>a</tg-spoiler><s>b</s>"),
        ("ab", [("pre", 0, 2, "", "c++")],
         '<pre><code class="language-c++">ab</code></pre>'),
        ("ab", [("pre", 0, 2)], "<pre>ab</pre>"),
        ("ab", [("pre", 0, 2, "", 'x"><b>')], "<pre>ab</pre>"),
        ("ab", [("text_link", 0, 2, 'https://x.nl/"<')], "ab"),
        ("ab", [("text_link", 0, 2, "https://x.nl/?a&b")], '<a href="https://x.nl/?a&amp;b">ab</a>'),
        ("👨a", [("underline", 1, 2)], "👨<u>a</u>"),
        ("👨a", [("underline", 0, 1)], "👨a"),
        ("ab", [("mention", 0, 2), ("custom_emoji", 0, 1)], "ab"),
    ],
)  # fmt: skip
def test_each_kind_has_its_tag(text, found, html):
    assert as_rich(text, [Span(*one) for one in found]) == html


def test_a_text_in_which_each_character_is_formatted_keeps_its_length():
    text = "&👨" * 1365 + "x"
    half = units(text) // 2
    made = as_rich(text, [Span("bold", 0, half), Span("spoiler", half - 9, 4096)])
    assert units(as_plain(made)) == units(text) == 4096
    assert len(made) > 4096


@pytest.mark.parametrize("most", [MOST_TAGS, MOST_TAGS + 1, 400])
def test_no_more_is_formatted_than_telegram_shows(most):
    made = as_rich("ab" * most, [Span("bold", 2 * n, 1) for n in range(most)])
    assert made.count("<b>") == MOST_TAGS
    assert made.startswith("<b>a</b>b<b>a</b>b")


def test_what_has_to_be_opened_twice_counts_twice():
    crossing = [Span(kind, 4 * n + shift, 3) for n in range(60)
                for kind, shift in (("bold", 0), ("italic", 2))]  # fmt: skip
    _text, entities = parsed(as_html(as_rich("abcd" * 61, crossing)))
    assert MOST_TAGS - 3 < len(entities) <= MOST_TAGS
