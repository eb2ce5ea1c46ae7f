"""The texts: complete in every language, with the same fields and markup, and up to date."""

import ast
import re
from collections import Counter
from gettext import c2py
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Message

from bot import catalogues
from bot.dialogue import language as spoken

ROOT = Path(__file__).parent.parent
LANGUAGES = sorted(catalogues.PLURAL_FORMS)
TAGS = {"a", "b", "blockquote", "code", "i", "pre", "s", "u"}
LONGEST = 1024  # UTF-16 units: what fits below a picture too
NUMBERS = {"nl": {0: 1, 1: 0, 2: 1, 11: 1, 100: 1}}
OFFICIALESE = (
    "aangaande aldus alsmede betreffende conform derhalve dient dienen doch echter indien inzake "
    "jegens middels mits omtrent reeds teneinde tevens thans uwer voornoemde vorenstaande "
    "wederom zulks u uw"
)


def texts(language):
    """Every text of a catalogue that the code still has: its source and its translation."""
    return [message for message in catalogues.read(language) if message.id]


def forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


class Tags(HTMLParser):
    """The tags of a text as they open and close, with where links go."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        self.found.append(("/" + tag, ()))


def tags(text):
    return Tags(text).found


def is_balanced(found):
    opened = []
    for tag, _ in found:
        if not tag.startswith("/"):
            opened.append(tag)
        elif not opened or opened.pop() != tag[1:]:
            return False
    return not opened


def sentence_lengths(text):
    return [len(part.split()) for part in re.split(r"[.!?:…\n]+(?:\s|$)", text)]


def rule(language):
    """From a number to the form that fits it."""
    return c2py(catalogues.PLURAL_FORMS[language].partition("plural=")[2].rstrip(";"))


def mistakes(message: Message, language: str):
    """What is wrong with one translation, in words.

    A form for one number only may say that number in a word, the others need every field.
    """
    sources, said = forms(message.id), forms(message.string)
    if message.fuzzy or not said or not all(said):
        return ["is not translated"]
    uses = Counter(map(rule(language), range(200)))
    if len(said) != (len(uses) if len(sources) > 1 else 1):
        return ["has another number of forms"]
    most = set.union(*map(fields, sources))
    wrong = []
    for form, text in enumerate(said):
        least = set.intersection(*map(fields, sources)) if uses[form] == 1 else most
        if not least <= fields(text) <= most:
            wrong.append(f"has other fields: {text}")
        if sorted(tags(text)) != sorted(tags(sources[-1])):
            wrong.append(f"has other markup: {text}")
    return wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_fields_and_markup(language):
    wrong = {m.id: found for m in texts(language) if (found := mistakes(m, language))}
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_what_the_code_says(language):
    said = {message.id for message in catalogues.extracted() if message.id}
    assert {message.id for message in texts(language)} == said, "run `make messages`"


def test_the_template_has_what_the_code_says():
    assert catalogues.TEMPLATE.read_bytes() == catalogues.written(catalogues.extracted()), (
        "run `make messages`"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plural_rule_is_pinned_and_gives_the_right_form(language):
    head = catalogues.catalogue_path(language).read_bytes()
    assert head.startswith(catalogues.header(language))
    assert {number: rule(language)(number) for number in NUMBERS[language]} == NUMBERS[language]


def test_every_language_spoken_has_a_pinned_rule():
    assert set(spoken.languages()) == {*LANGUAGES, spoken.SOURCE}


def test_texts_have_only_known_markup_that_closes():
    for message in every_form():
        found = tags(message)
        assert {tag.removeprefix("/") for tag, _ in found} <= TAGS, message
        assert is_balanced(found), message


def test_texts_fit_in_a_message():
    for text in every_form():
        assert len(text.encode("utf-16-le")) // 2 <= LONGEST, text


def test_fields_have_names_and_nothing_more():
    for text in every_form():
        for _, name, spec, conversion in Formatter().parse(text):
            assert name is None or (name.isidentifier() and not spec and not conversion), text


def every_form():
    """Every text in every language, the source included."""
    found = [form for m in catalogues.extracted() if m.id for form in forms(m.id)]
    for language in LANGUAGES:
        found += [form for m in texts(language) for form in forms(m.string) if form]
    return found


def test_dutch_is_plain():
    for message in texts("nl"):
        for text in forms(message.string):
            words = re.findall(r"\w+", text.lower())
            assert not set(words) & set(OFFICIALESE.split()), text
            assert max(sentence_lengths(text)) <= 20, text


def test_texts_are_whole_when_they_are_looked_up():
    """A text built on the spot is in no catalogue: f-strings, `+`, `%` and `.format` inside `_`."""
    for folder in catalogues.SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            built = built_texts(path.read_text())
            assert not built, f"{path.relative_to(ROOT)}: line {built[0]}"


def test_every_text_that_is_looked_up_is_in_the_catalogues():
    """A text that is looked up inside an f-string is found by nobody, and stays English."""
    known = {form for m in catalogues.extracted() if m.id for form in forms(m.id)}
    for folder in catalogues.SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_", "n_"):
                    first = node.args[0]
                    said = first.value if isinstance(first, ast.Constant) else None
                    assert said is None or said in known, f"{path.name}: line {node.lineno}"


def built_texts(source):
    """The lines on which a text is put together before it is looked up."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in catalogues.KEYWORDS
        for argument in call.args[: 2 if call.func.id == "n_" else 1]
        if isinstance(argument, ast.JoinedStr | ast.BinOp | ast.Call)
    ]


@pytest.mark.parametrize(
    "line",
    ['_(f"Hi {name}")', '_("Hi " + name)', '_("Hi %s" % name)', '_("Hi {}".format(name))',
     'n_("one", f"{n} more", n)', 'N_(f"Hi {name}")'],
)  # fmt: skip
def test_a_text_built_on_the_spot_is_found(line):
    assert built_texts(line) == [1]


@pytest.mark.parametrize(
    ("source", "said", "told"),
    [
        ("Hi {name}", "Dag {naam}", "has other fields"),
        ("Hi {name}", "Dag", "has other fields"),
        ("Hi", "Dag {name}", "has other fields"),
        ("Hi", "", "is not translated"),
        ("<b>Hi</b>", "Dag", "has other markup"),
        ("<b>Hi</b>", "<i>Dag</i>", "has other markup"),
        (("{n} seat", "{n} seats"), ("{n} plek",), "has another number of forms"),
        (("{n} seat", "{n} seats"), ("{n} plek", ""), "is not translated"),
        (("{n} seat", "{n} seats"), ("{n} plek", "meer plekken"), "has other fields"),
        (("A seat", "{n} seats"), ("Een plek", "meer plekken"), "has other fields"),
    ],
)
def test_a_wrong_translation_is_found(source, said, told):
    (found, *_) = mistakes(Message(source, said), "nl")
    assert found.startswith(told)


def test_the_form_for_one_may_say_it_in_a_word():
    assert not mistakes(Message(("A seat", "{n} seats"), ("Een plek", "{n} plekken")), "nl")
