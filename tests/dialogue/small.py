"""Small flows, and a home, that the tests of the kernel play with."""

from collections.abc import Callable
from typing import Any

from bot.dialogue.flow import Flow, flow
from tests.phone import Phone, World


@flow("home", title="home", command="/start", words="menu, home", link="menu")
def home(talk, tx):
    talk.say("HOME")


@flow("help", command="/help", words="help, what can you do")
def help_(talk, tx):
    talk.say("HELP")


def begun(run: Callable[..., Any] | Flow, *others: Flow, **options: Any) -> tuple[World, Phone]:
    """A world with this flow as `/go`, and a phone that has just started it."""
    made = run if isinstance(run, Flow) else going(run, **options)
    world = World([home, help_, made, *others])
    phone = world.phone()
    phone.types("/go")
    return world, phone


def going(run: Callable[..., Any], **options: Any) -> Flow:
    """The function as the flow `go`, started by `/go`."""
    return flow("go", **{"title": "going", "command": "/go", **options})(run)


class Shelf:
    """An answer store in memory: what is kept outlives its talk."""

    def __init__(self, **kept: Any) -> None:
        self.kept: dict[str, Any] = kept
        self.finished: list[str] | None = None
        self.until: Any = None

    def load(self, tx, who):
        return list(self.kept.items())

    def save(self, tx, who, key, value):
        self.kept[key] = value

    def drop(self, tx, who, key):
        self.kept.pop(key, None)

    def finish(self, tx, who, keys):
        self.finished = list(keys)

    def put_off(self, tx, who, until):
        self.until = until
