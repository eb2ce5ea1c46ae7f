"""Posters and codes: what is drawn, where, and that a phone reads it."""

import io
import re
import zipfile
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.dialogue.files import lettering
from bot.dialogue.files.pictures import (
    BODY,
    HEIGHT,
    MARGIN,
    WIDTH,
    Drawing,
    Poster,
    code_png,
    drawn,
    packed,
    png,
    poster_svg,
    unpacked,
)
from bot.dialogue.links import chat_link, is_ours
from tests.pixels import picture

LINK = "https://t.me/buurtbot?start=meeting-12"
POSTER = Poster(
    title="Samen aan de slag",
    when="dinsdag 28 september 2027, 19.30 tot 21.30 uur",
    where="Buurthuis De Boog, Beatrixlaan 12, Nieuwegein",
    access="Drempelvrij, met lift.",
    call="Meld je aan met je telefoon",
    steps=("Richt je camera op dit vierkant.", "Of typ dit in je browser:"),
    link=LINK,
    address=LINK.removeprefix("https://"),
    behind="Dit is een bijeenkomst van Ons platform. Je meldt je aan in een chat.",
    platform="Ons platform",
)
LONG = "Hoe krijgen we in onze buurt de straat, het plein en het park zo ingericht dat " * 3
HOSTILE = [
    LONG[:200],
    "Donaudampfschifffahrtsgesellschaftskapitän" * 5,
    "W" * 200,
    "مرحبا بالجميع في يوم الحي " * 7,
    "</text><script>&amp;\"'" * 9,
    "\u202eevil\u2066 \x00\x07 \ud83d",
    "👨‍👩‍👧‍👦 " * 30,
    "日本語のタイトル" * 20,
    "a " * 100,
]
TEXT = re.compile(
    r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)" font-size="(\d+)"([^>]*)>([^<]*)<'
)


def texts(svg):
    """(x, y, anchor, size, is bold, words) of each line that is drawn."""
    return [
        (float(x), float(y), anchor, int(size), "bold" in style, words)
        for x, y, anchor, size, style, words in TEXT.findall(svg)
    ]


def test_a_poster_says_everything():
    words = " ".join(line[-1] for line in texts(poster_svg(POSTER)))
    for said in (POSTER.title, POSTER.when, POSTER.where, POSTER.access, POSTER.call,
                 *POSTER.steps, POSTER.address, POSTER.behind, POSTER.platform):  # fmt: skip
        assert said in words


def test_a_poster_is_a4_and_its_code_is_read():
    seen = picture(png(poster_svg(POSTER), dpi=75))
    assert (seen.width, seen.height, seen.dpi) == (620, 877, 75)
    assert seen.codes() == [LINK]
    left, top, right, bottom = 45, 532, 265, 752  # the frame of the code, at half its size
    for part in (
        (left + 3, top + 3, left + 21, bottom - 3), (right - 21, top + 3, right - 3, bottom - 3),
        (left + 3, top + 3, right - 3, top + 21), (left + 3, bottom - 21, right - 3, bottom - 3),
    ):  # fmt: skip
        assert seen.is_blank(*part)


def test_a_poster_is_printed_finely_and_says_how_large_it_is():
    head = png(poster_svg(POSTER))
    assert head[12:24] == b"IHDR" + (1653).to_bytes(4, "big") + (2339).to_bytes(4, "big")
    assert head[37:41] == b"pHYs"
    assert head[41:50] == (7874).to_bytes(4, "big") * 2 + b"\1"


def test_letters_are_drawn_in_our_own_fonts():
    plain = picture(png(poster_svg(replace(POSTER, title="")), dpi=30))
    titled = picture(png(poster_svg(POSTER), dpi=30))
    assert plain.grey != titled.grey
    assert not titled.is_blank(MARGIN * 30 // 150, 46, 248, 80)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["title", "where", "access", "platform", "behind"])
def test_no_text_leaves_its_place(field, text):
    svg = poster_svg(replace(POSTER, **{field: text}))
    lines = texts(svg)
    body = [line for line in lines if BODY[0] < line[1] < HEIGHT - 250 and line[0] != 580]
    assert max(line[1] for line in body) <= BODY[1]
    assert max(line[1] for line in lines) < HEIGHT - 20
    for x, _y, anchor, size, bold, words in lines:
        bare = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        bare = bare.replace("&#x27;", "'").replace("&amp;", "&")
        width = lettering.font(bold=bold).width(bare, size)
        assert x + width <= WIDTH - MARGIN + 1 if anchor == "start" else x - width >= MARGIN - 1


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_at_once_fits_and_is_drawn(text):
    full = replace(POSTER, title=text, where=text, access=text, behind=text, platform=text)
    svg = poster_svg(full)
    body = [line for line in texts(svg) if line[0] != 580 and line[1] < HEIGHT - 250]
    assert max(line[1] for line in body) <= BODY[1]
    assert all(one[1] < two[1] for one, two in pairwise(body))
    assert png(svg, dpi=20).startswith(b"\x89PNG")


def test_a_short_title_is_large_and_a_long_one_is_whole():
    sizes = [line[3] for line in texts(poster_svg(POSTER)) if "aan de slag" in line[-1]]
    assert sizes == [96]
    lines = texts(poster_svg(replace(POSTER, title=LONG[:200])))
    title = " ".join(line[-1] for line in lines if line[4] and BODY[0] < line[1] < BODY[1])
    assert title.startswith(" ".join(LONG[:200].split()))


def test_right_to_left_lines_begin_at_the_right():
    svg = poster_svg(replace(POSTER, title="مرحبا بالجميع", where="רחוב הירקון 5"))
    found = {line[-1]: (line[0], line[2]) for line in texts(svg)}
    assert found["مرحبا بالجميع"] == (WIDTH - MARGIN, "end")
    assert found["רחוב הירקון 5"] == (WIDTH - MARGIN, "end")
    assert found[POSTER.access] == (MARGIN, "start")


def test_what_cannot_be_drawn_or_turns_text_around_is_left_out():
    assert lettering.drawable("feest 👨‍👩‍👧‍👦 nu") == "feest nu"
    assert lettering.drawable("\u202eabc\u2069\x00\ud83d d\ne") == "abc d e"
    assert lettering.drawable("می\u200cخواهم") == "می\u200cخواهم"
    assert lettering.drawable("é ﬁ 日") == "é ﬁ 日"


def test_lines_are_as_wide_as_they_may_be():
    width = lettering.font(bold=False).width("een twee", 40)
    assert lettering.lines("een twee drie", 40, width) == ["een twee", "drie"]
    assert lettering.lines("een twee drie", 40, width - 1) == ["een", "twee", "drie"]
    assert lettering.lines("", 40, width) == []


@pytest.mark.parametrize("mark", ["\u0301", "\u0488"])
def test_a_mark_stays_with_its_letter(mark):
    word = f"e{mark}" * 40
    pieces = lettering.lines(word, 40, 200)
    assert len(pieces) > 2
    assert "".join(pieces) == word
    assert all(piece.startswith("e") for piece in pieces)


@pytest.mark.parametrize("word", ["e\u200d" * 99, "e" + "\u0488" * 99, "\u0488" * 99])
def test_no_word_is_too_wide_whatever_it_is_made_of(word):
    pieces = lettering.lines(word, 40, 200)
    assert len(pieces) > 5
    assert all(lettering.font(bold=False).width(piece, 40) <= 240 for piece in pieces)


def test_bold_is_wider_than_plain():
    bold, plain = (lettering.font(bold=one).width("Samen", 100) for one in (True, False))
    assert 250 < plain < bold < 400


@pytest.mark.parametrize("link", [LINK, chat_link("b" * 32, "x" * 64)])
def test_a_code_is_read(link):
    assert picture(code_png(link)).codes() == [link]


def test_one_sheet_is_a_picture_and_more_are_a_zip():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    assert drawn(Drawing((("a.png", svg),))).startswith(b"\x89PNG")
    with zipfile.ZipFile(io.BytesIO(drawn(Drawing((("a.png", svg), ("b.png", svg)))))) as archive:
        assert archive.namelist() == ["a.png", "b.png"]
        assert archive.read("b.png").startswith(b"\x89PNG")


def test_a_drawing_survives_the_way_to_another_process():
    drawing = Drawing((("a.png", "<svg>é\u2068</svg>"), ("b.png", "")))
    assert unpacked(packed(drawing)) == drawing


@pytest.mark.parametrize(
    ("link", "ours"),
    [
        (LINK, True),
        (LINK.replace("buurtbot", "BuurtBot"), False),
        (LINK + "&x=1", False),
        (LINK + "\n", False),
        ("https://t.me/buurtbot", False),
        ("https://t.me/buurtbot?start=", False),
        ("https://t.me/buurtbot?start=" + "x" * 65, False),
        ("https://evil.example/?start=meeting-12", False),
        ("http://t.me/buurtbot?start=x", False),
    ],
)
def test_a_link_of_ours_is_known(link, ours):
    assert is_ours(link, "buurtbot") is ours
