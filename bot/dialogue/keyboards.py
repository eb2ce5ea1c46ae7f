"""What stands on a button's data, written and read in one place; at most 64 bytes.

a:<talk>:<question>:<option>   an answer        f:<flow>:<argument>…   the start of a flow
k:<verb>:<talk>[:<question>]   the kernel's own: back, skip, stop, later, go, use, over, change

Back and skip name their question, so that pressing them twice goes one step.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.dialogue import phrases
from bot.dialogue.flow import FlowError, entry
from bot.dialogue.messages import DATA_BYTES, Button

Keyboard = tuple[tuple[Button, ...], ...]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def short(number: int) -> str:
    """A talk's number in base 36."""
    found = ""
    while number:
        number, rest = divmod(number, 36)
        found = _DIGITS[rest] + found
    return found or "0"


def _data(*parts: str) -> str:
    data = ":".join(parts)
    if len(data.encode()) > DATA_BYTES:
        raise FlowError(f"{data!r} is too long for a button")
    return data


def question(talk: int, key: str, rows: Sequence[Sequence[tuple[str, str]]]) -> Keyboard:
    """The options of a question, as buttons."""
    return tuple(
        tuple(Button(label, _data("a", short(talk), _known(key), option)) for label, option in row)
        for row in rows
    )


def _known(key: str) -> str:
    if ":" in key:
        raise FlowError(f"the key {key!r} has a colon, which parts a button's data")
    return key


def footer(talk: int, key: str, offered: Collection[str]) -> Keyboard:
    """What is `offered` under a question besides its options, in a fixed order: back, skip, stop;
    later; and a human, when nothing else helps.
    """
    labels = {"back": phrases.back(), "skip": phrases.skip(), "stop": phrases.stop()}
    rows = [
        tuple(
            verb(label, name, talk, "" if name == "stop" else key)
            for name, label in labels.items()
            if name in offered
        )
    ]
    if "later" in offered:
        rows.append((verb(phrases.later(), "later", talk),))
    if "human" in offered:
        rows.append((Button(phrases.ask_a_human(), entry("ask")),))
    return tuple(rows)


def verb(label: str, name: str, talk: int, key: str = "") -> Button:
    """A button of the kernel's own."""
    return Button(label, _data("k", name, short(talk), *([key] if key else [])))


def resume_options(held: str) -> dict[str, str]:
    """What may be pressed or typed when a talk is taken up after a pause."""
    return {
        "go": phrases.go_on(),
        "use": phrases.use_as_answer(held),
        "over": phrases.start_over(),
        "stop": phrases.stop(),
    }


def resume(talk: int, held: str) -> Keyboard:
    """The buttons of "shall we go on?" when something was typed after a pause."""
    return tuple((verb(label, name, talk),) for name, label in resume_options(held).items())


def still_open(talk: int) -> Keyboard:
    """The buttons under a parked talk that is offered again."""
    return ((verb(phrases.go_on(), "go", talk), verb(phrases.stop(), "stop", talk)),)


@dataclass(frozen=True, slots=True)
class AnswerButton:
    """An option of a question of a talk."""

    talk: int
    key: str
    option: str


@dataclass(frozen=True, slots=True)
class VerbButton:
    """Something the kernel does with a talk."""

    verb: str
    talk: int
    key: str


@dataclass(frozen=True, slots=True)
class EntryButton:
    """The start of a flow."""

    flow: str
    arguments: tuple[str, ...]


def read(data: str) -> AnswerButton | VerbButton | EntryButton | None:
    """What a button's data says; None if it is none of ours (clients can send anything)."""
    match data.split(":", 3) if data.startswith("a:") else data.split(":"):
        case ["a", talk, key, option] if _is_short(talk):
            return AnswerButton(int(talk, 36), key, option)
        case ["k", name, talk, *rest] if _is_short(talk) and len(rest) < 2:
            return VerbButton(name, int(talk, 36), rest[0] if rest else "")
        case ["f", flow, *arguments]:
            return EntryButton(flow, tuple(arguments))
        case _:
            return None


def _is_short(text: str) -> bool:
    return 0 < len(text) <= 12 and text.isascii() and text.isalnum()
