"""An audience in words: who is meant, and who is left out.

Each condition reads on after "everybody" and after "nobody", so that any of them can be put
together: "everybody who lives in Utrecht and who cares about Green and play, but nobody who ...".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bot.dialogue.choices import plain
from bot.dialogue.language import N_, _, either, isolate, language_name, listed, n_, number
from bot.dialogue.membership import parts, themes
from bot.dialogue.places import name_of

LONGEST: Final = 60
MOST_NAMED: Final = 5
Title = Callable[[int], str]
"""What a meeting is called, by its number."""
Stored = Mapping[str, Sequence[Sequence[str]]]
"""An audience as it is stored: `only` and `but`, each pairs of a kind and a value."""

_ANSWERED: Final = {
    "yes": N_("who comes to {meeting}"),
    "maybe": N_("who may come to {meeting}"),
    "line": N_("who is in line for {meeting}"),
    "came": N_("who was at {meeting}"),
    "all": N_("who comes or may come to {meeting}, or is in line for it"),
}
_COMING: Final = ("yes", "maybe", "line")


def whom(audience: Stored, title: Title) -> str:
    """Whom it is for, in words."""
    only = _conditions(audience.get("only", ()), title)
    but = _conditions(audience.get("but", ()), title)
    meant = _("everybody")
    if only:
        meant = _("everybody {conditions}").format(conditions=listed(only))
    if not but:
        return meant
    return _("{meant}, but nobody {conditions}").format(meant=meant, conditions=either(but))


def about(n: int, *, exact: bool) -> str:
    """A count in words; one that was worked out from some of them has two figures that say much."""
    if exact:
        return number(n)
    return _("about {n}").format(n=number(round(n, 2 - len(str(n)))))


def _conditions(pairs: Iterable[Sequence[str]], title: Title) -> list[str]:
    """One for each kind, in which any of its values is enough; topics and places are two kinds."""
    by_kind: dict[tuple[str, str], list[str]] = {}
    for kind, value in pairs:
        sort = value.partition(":")[0] if kind == "follows" else ""
        by_kind.setdefault((kind, sort), []).append(value)
    return [_condition(kind, values, title) for (kind, _sort), values in by_kind.items()]


def _condition(kind: str, values: Sequence[str], title: Title) -> str:
    if kind in _SAID:
        said, names = _SAID[kind]
        return _(said).format(what=_named(names(values)))
    if kind == "role":
        return either(_roles(values))
    if kind == "meeting":
        return either(_answered(value, title) for value in _merged(values))
    return _("who has not filled in that survey yet")


def _named(names: Iterable[str]) -> str:
    """These names, with how many more there are where they are many."""
    known = list(dict.fromkeys(names))
    more = len(known) - MOST_NAMED
    if more <= 0:
        return either(known)
    rest = n_("{n} more", "{n} more", more).format(n=number(more))
    return either([*known[:MOST_NAMED], rest])


def _neighbourhoods(values: Sequence[str]) -> list[str]:
    """Each neighbourhood once, with its municipality, however it was typed."""
    found: dict[tuple[str, str], str] = {}
    for value in values:
        code, _colon, name = value.partition(":")
        found.setdefault((code, plain(name).replace(" ", "")), name)
    return [
        _("{neighbourhood} ({municipality})").format(
            neighbourhood=isolate(name, LONGEST), municipality=name_of(code)
        )
        for (code, _plain), name in found.items()
    ]


def _municipalities(values: Sequence[str]) -> list[str]:
    return [name_of(value) for value in values]


def _parts(values: Sequence[str]) -> list[str]:
    return [parts().get(value, value) for value in values]


def _themes(values: Sequence[str]) -> list[str]:
    return [themes().get(value, value) for value in values]


def _languages(values: Sequence[str]) -> list[str]:
    return [language_name(value) for value in values]


def _roles(values: Sequence[str]) -> list[str]:
    said = {"coordinator": _("who is a coordinator"), "host": _("who is the host of a meeting")}
    return [said.get(value, value) for value in values]


def _merged(values: Sequence[str]) -> list[str]:
    """All who may still come to a meeting are said as one."""
    found = list(values)
    for meeting in dict.fromkeys(value.partition(":")[0] for value in values):
        coming = [f"{meeting}:{what}" for what in _COMING]
        if set(coming) <= set(found):
            found = [f"{meeting}:all", *(value for value in found if value not in coming)]
    return found


def _answered(value: str, title: Title) -> str:
    meeting, _colon, what = value.partition(":")
    said = _ANSWERED.get(what, _ANSWERED["all"])
    return _(said).format(meeting=isolate(title(int(meeting)), LONGEST))


def _followed(values: Sequence[str]) -> list[str]:
    parted = [value.partition(":") for value in values]
    return [
        themes().get(value, value) if kind == "topic" else name_of(value)
        for kind, _colon, value in parted
    ]


_SAID: Final[Mapping[str, tuple[str, Callable[[Sequence[str]], list[str]]]]] = {
    "municipality": (N_("who lives in {what}"), _municipalities),
    "neighbourhood": (N_("who lives in {what}"), _neighbourhoods),
    "part": (N_("who told me: {what}"), _parts),
    "theme": (N_("who cares about {what}"), _themes),
    "language": (N_("who speaks {what} with me"), _languages),
    "follows": (N_("who follows {what}"), _followed),
}
"""What is said of a kind, with the names that its values have."""
