"""What handlers hand in: flows, ticks and renderers, as plain values that register nothing.

A flow is a function from a talk to what is said; `bot/dialogue/talk.py` says what it may rely on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, TypedDict, Unpack, overload

from bot.dialogue.files.pictures import Drawing
from bot.dialogue.messages import DATA_BYTES, Dropped, Message, PutOff

ROLES = ("none", "coordinator", "admin")
"""From the fewest rights to the most; each has those of the ones before it."""


class FlowError(Exception):
    """A flow breaks a rule of talks; the turn is rolled back."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """Whose answers, in a flow with which arguments, and the time of this turn."""

    person: int
    arguments: Mapping[str, Any]
    now: datetime


class AnswerStore(Protocol):
    """Where a flow's accepted answers live outside its talk, so that they outlast it.

    `load` gives the (key, value) pairs kept so far, in order; `save` and `drop` are safe to repeat
    and get the keys of all questions, a summary's too; `finish` gets the keys on the path that was
    taken, none if the flow asked nothing; `put_off` is told until when.
    """

    def load(self, tx: Any, who: Respondent) -> list[tuple[str, Any]]: ...
    def save(self, tx: Any, who: Respondent, key: str, value: Any) -> None: ...
    def drop(self, tx: Any, who: Respondent, key: str) -> None: ...
    def finish(self, tx: Any, who: Respondent, keys: Sequence[str]) -> None: ...
    def put_off(self, tx: Any, who: Respondent, until: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow and the ways into it; texts are English sources, said with `_` when needed."""

    name: str
    run: Callable[..., Any]
    title: str = ""
    command: str = ""
    about: str = ""
    words: str = ""
    link: str = ""
    reply: str = ""
    ending: str = ""
    returns: bool = False
    role: str = "none"
    shown_to: str = ""
    answers: AnswerStore | None = None
    plain: bool = False
    parameters: Mapping[str, type] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


class Options(TypedDict, total=False):
    """What a flow may say of itself besides its name; see `flow`."""

    title: str
    command: str
    about: str
    words: str
    link: str
    reply: str
    ending: str
    returns: bool
    role: str
    shown_to: str
    answers: AnswerStore
    plain: bool


def flow(name: str, **options: Unpack[Options]) -> Callable[[Callable[..., Any]], Flow]:
    """Make a flow of a function `(talk, tx, **arguments)`.

    title: what we were at, as in "We were at: {title}"; a flow that asks has one.
    command: such as N_("/join"); about: its line in the menu; without one it is not in the menu.
    words: typed phrases that start it, such as N_("meetings, agenda").
    link: the first word of a deep link's payload, `meeting` in `meeting-12`.
    ending: what is said when it is stopped, where something was done before that stays.
    returns: after what came in between it is there again, without asking whether to go on.
    reply: starts on a reply to a message whose `about` has this first word.
    role: who may. shown_to: from which role on it is in the menu, where others may too, but few
    need it. answers: see `AnswerStore`. plain: its questions have no back and stop buttons.
    Any flow is also started by a button whose data is `entry(name, ...)`.
    """

    def make(run: Callable[..., Any]) -> Flow:
        named = list(inspect.signature(run, eval_str=True).parameters.values())[2:]
        kinds = {p.name: p.annotation for p in named}
        required = frozenset(p.name for p in named if p.default is inspect.Parameter.empty)
        return Flow(name, run, parameters=kinds, required=required, **options)

    return make


def entry(name: str, *arguments: object) -> str:
    """The data of a button that starts the flow `name`; too long for a button is a `FlowError`."""
    parts = ["f", name, *map(str, arguments)]
    data = ":".join(parts)
    if len(data.encode()) > DATA_BYTES:
        raise FlowError(f"{data!r} is too long for a button")
    if data.count(":") >= len(parts):
        raise FlowError(f"{data!r} has a colon inside, which parts a button's data")
    return data


def arguments_of(wanted: Flow, given: Sequence[str], **known: Any) -> dict[str, Any] | None:
    """The arguments in `given`, by the flow's own types, and `known`; None if they do not fit."""
    if len(given) > len(wanted.parameters):
        return None
    found: dict[str, Any] = {}
    for (name, kind), text in zip(wanted.parameters.items(), given, strict=False):
        if kind is int:
            if not (text.isascii() and text.isdigit() and len(text) <= 15):
                return None
            found[name] = int(text)
        else:
            found[name] = text
    found |= known
    return found if fits(wanted, found) else None


def fits(wanted: Flow, arguments: Mapping[str, Any]) -> bool:
    """Whether the flow takes these arguments: a stored talk may be of an older release."""
    return wanted.required <= arguments.keys() <= wanted.parameters.keys()


@dataclass(frozen=True, slots=True)
class Tick:
    """A unit `(tx, now)` that only inserts rows, run every so many seconds.

    One that `goes_on` is run again at once, in a new transaction, as long as it returns something
    truthy; turns and other ticks go in between.
    """

    name: str
    seconds: int
    run: Callable[[Any, datetime], Any]
    goes_on: bool = False


def tick(
    name: str, *, seconds: int, goes_on: bool = False
) -> Callable[[Callable[[Any, datetime], Any]], Tick]:
    """Make a tick of a function `(tx, now)`; two workers ticking together must do no harm."""

    def make(run: Callable[[Any, datetime], Any]) -> Tick:
        return Tick(name, seconds, run, goes_on)

    return make


Rendered = Message | Dropped | PutOff | None


@dataclass(frozen=True, slots=True)
class Renderer:
    """How a promised row becomes a message at the moment it is claimed, if it still does.

    `Dropped` says why it does not, for those who ask later; None leaves that out. `PutOff` has it
    asked again at a later moment. One that renders `together` is asked for all rows of a claim in
    one go.
    """

    name: str
    run: Callable[[Any, Any, datetime], Any]
    together: bool = False

    def one(self, tx: Any, arguments: Mapping[str, Any], now: datetime) -> Rendered:
        """What becomes of one row."""
        if not self.together:
            rendered: Rendered = self.run(tx, arguments, now)
            return rendered
        [alone] = self.many(tx, [arguments], now)
        return alone

    def many(
        self, tx: Any, asked: Sequence[Mapping[str, Any]], now: datetime
    ) -> Sequence[Rendered]:
        """What becomes of each of these rows, in their order."""
        found: Sequence[Rendered] = self.run(tx, asked, now)
        if len(found) != len(asked):
            raise FlowError(f"{self.name!r} rendered {len(found)} of {len(asked)} rows")
        return found


RenderOne = Callable[[Any, Mapping[str, Any], datetime], Rendered]
RenderMany = Callable[[Any, Sequence[Mapping[str, Any]], datetime], Sequence[Rendered]]


@overload
def render(name: str) -> Callable[[RenderOne], Renderer]: ...
@overload
def render(name: str, *, together: Literal[True]) -> Callable[[RenderMany], Renderer]: ...
def render(name: str, *, together: bool = False) -> Callable[[Callable[..., Any]], Renderer]:
    """Make a renderer of a function `(tx, arguments, now)`; it sets the language itself.

    With `together` it gets the arguments of many rows, and gives as many messages.
    """

    def make(run: Callable[..., Any]) -> Renderer:
        return Renderer(name, run, together)

    return make


@dataclass(frozen=True, slots=True)
class Maker:
    """How an attachment's bytes are made, outside any turn, from a reading transaction.

    What takes long to draw is a `Drawing`: the sender has it drawn when the transaction is over.
    """

    name: str
    run: Callable[[Any, Mapping[str, Any]], bytes | Drawing]


def make_file(name: str) -> Callable[[Callable[[Any, Mapping[str, Any]], bytes | Drawing]], Maker]:
    """Make a file's maker of a function `(tx, arguments)`."""

    def make(run: Callable[[Any, Mapping[str, Any]], bytes | Drawing]) -> Maker:
        return Maker(name, run)

    return make


@dataclass(frozen=True, slots=True)
class Then:
    """The flow that goes on in the same turn; `after`: what comes when that one only tells."""

    flow: str
    arguments: Mapping[str, Any]
    after: Then | None = None

    def then(self, flow: str, **arguments: str | int) -> Then:
        """Go on with a further flow, once the one before it has had its say."""
        return replace(self, after=Then(flow, arguments))

    def followed_by(self, after: Then | None) -> Then:
        """This, and then what was to come next already."""
        return replace(self, after=self.after or after)
