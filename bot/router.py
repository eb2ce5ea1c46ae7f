"""What an update is for: an answer, a button, a command, a word, or nothing we know.

Commands and words are understood in every language, whatever language the person speaks. A global
word (stop, back, skip, help, menu) works everywhere; other words start a flow only when no question
is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.dialogue import keyboards
from bot.dialogue.choices import plain
from bot.dialogue.flow import Flow, arguments_of
from bot.dialogue.keyboards import AnswerButton, VerbButton
from bot.dialogue.language import catalogue, languages
from bot.dialogue.messages import Heard, Pressed, Shared
from bot.dialogue.phrases import GLOBAL_COMMANDS, GLOBAL_WORDS

T = TypeVar("T")

EVERYWHERE = ("help", "home", "ask")
"""The flows whose first word works in the middle of a question too: it never answers one."""


@dataclass(frozen=True, slots=True)
class Book:
    """Every way into every flow; made once, at the start."""

    flows: Mapping[str, Flow]
    commands: Mapping[str, Flow | str]
    words: Mapping[str, Flow | str]
    links: Mapping[str, Flow]
    replies: Mapping[str, Flow]
    everywhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Start:
    """A flow is to begin."""

    flow: Flow
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """One of the kernel's own words, said of the open talk."""

    verb: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that may answer the open question."""

    given: Heard | Shared


@dataclass(frozen=True, slots=True)
class Edited:
    """A message that was changed afterwards."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A command or button that leads nowhere (any more)."""

    pressed: bool


Route = Start | Verb | Answer | AnswerButton | VerbButton | Edited | Lost


def in_all_languages(source: str) -> set[str]:
    """A text of the catalogues, as it is said in each language."""
    return {catalogue(code).gettext(source) for code in languages()} | {source}


def command_word(source: str) -> str:
    """The bare word of a command such as `/join`."""
    return source.removeprefix("/").casefold()


def book_of(flows: Iterable[Flow]) -> Book:
    """The book of these flows; two that claim one name, command or word are a `ValueError`."""
    named: dict[str, Flow] = {}
    commands: dict[str, Flow | str] = {}
    words: dict[str, Flow | str] = {}
    links: dict[str, Flow] = {}
    replies: dict[str, Flow] = {}
    for verb, source in GLOBAL_COMMANDS.items():
        for said in in_all_languages(source):
            _claim(commands, command_word(said), verb)
    for verb, source in GLOBAL_WORDS.items():
        _claim_words(words, source, verb)
    for flow in flows:
        _claim(named, flow.name, flow)
        for said in in_all_languages(flow.command) if flow.command else ():
            _claim(commands, command_word(said), flow)
        if flow.words:
            _claim_words(words, flow.words, flow)
        if flow.link:
            _claim(links, flow.link, flow)
        if flow.reply:
            _claim(replies, flow.reply, flow)
    return Book(named, commands, words, links, replies, _first_words(named))


def _first_words(flows: Mapping[str, Flow]) -> frozenset[str]:
    return frozenset(
        plain(said.partition(",")[0])
        for name in EVERYWHERE
        if name in flows and flows[name].words
        for said in in_all_languages(flows[name].words)
    )


def _claim_words(words: dict[str, Flow | str], source: str, owner: Flow | str) -> None:
    for said in in_all_languages(source):
        for word in said.split(","):
            _claim(words, plain(word), owner)


def _claim(taken: dict[str, T], name: str, owner: T) -> None:
    if taken.setdefault(name, owner) is not owner and taken[name] != owner:
        raise ValueError(f"{name!r} is claimed twice")


def route(book: Book, incoming: Heard | Pressed | Shared, *, open_question: bool) -> Route:
    """Where an update goes; `open_question` says whether the chat's talk waits for an answer."""
    match incoming:
        case Pressed(data=data):
            return _pressed(book, data)
        case Heard(edited=True) | Shared(edited=True):
            return Edited()
        case Shared():
            return Answer(incoming)
        case Heard(text=text):
            if text.startswith("/"):
                return _command(book, text)
            said = plain(text)
            found = book.words.get(said)
            if isinstance(found, str):
                return Verb(found)
            if found is not None and (not open_question or said in book.everywhere):
                return _start(found, (), pressed=False)
            return Answer(incoming)


def _pressed(book: Book, data: str) -> Route:
    match keyboards.read(data):
        case keyboards.EntryButton(name, given):
            return _start(book.flows.get(name), given, pressed=True)
        case None:
            return Lost(pressed=True)
        case button:
            return button


def is_command(book: Book, text: str, username: str) -> bool:
    """Whether `text`, in a group of many bots, is a command for this one."""
    first = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    word, _at, bot = first.partition("@")
    known = command_word(word) in book.commands
    return known and bot.casefold() in ("", username.casefold())


def _command(book: Book, text: str) -> Route:
    first, *given = text.split()
    word = command_word(first.partition("@")[0])
    if word == "start" and given:
        link, *rest = given[0].split("-")
        return _start(book.links.get(link), tuple(rest), pressed=False)
    found = book.commands.get(word) or book.words.get(plain(word))
    if isinstance(found, str):
        return Verb(found)
    begun = _start(found, tuple(given), pressed=False)
    return begun if isinstance(begun, Start) else _start(found, (), pressed=False)


def _start(flow: Flow | None, given: tuple[str, ...], *, pressed: bool) -> Route:
    if flow is None:
        return Lost(pressed)
    arguments = arguments_of(flow, given)
    return Lost(pressed) if arguments is None else Start(flow, arguments)


def reply_to(book: Book, about: str, text: str) -> Start | None:
    """The flow that takes a reply to a message about `about`; it gets the text as `text`."""
    first, *given = about.split(":")
    flow = book.replies.get(first)
    arguments = arguments_of(flow, given, text=text) if flow is not None else None
    if flow is None or arguments is None:
        return None
    return Start(flow, arguments)
