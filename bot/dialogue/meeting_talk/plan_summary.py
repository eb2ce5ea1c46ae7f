"""What was answered when something was planned, looked over before it is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.dialogue.language import _, isolate, listed, native_name
from bot.dialogue.meeting_talk.gatherings import audience_name
from bot.dialogue.meeting_talk.meeting_checks import city
from bot.dialogue.meeting_talk.plans import More, Times, Where, more_labels, reminder_labels
from bot.dialogue.paging import Paged
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time.wall_clock import from_until, in_words

Lines = dict[str, tuple[str, str]]
"""By the key of a question: what it is about, and the answer; without one it is not shown."""


def look_over(talk: Talk, title: str, lines: Mapping[str, tuple[str, str]]) -> None:
    """Show what was answered, and let one thing be changed until it is right."""
    shown = "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answer, 200))
        for label, answer in lines.values()
        if answer
    )
    right = talk.choose(
        "sure",
        _("{title}\n\n{lines}\n\nIs this right?").format(title=title, lines=shown),
        {"right": _("Yes, this is right"), "change": _("Change something")},
    )
    if right == "change":
        labels = {key: label for key, (label, _answer) in lines.items()}
        question = _("What do you want to change?")
        which = talk.put(Paged("sure.which", question, labels, columns=2))
        if which == "more":
            talk.say(_as_it_is(lines))
        talk.change(which, "sure")


def _as_it_is(lines: Mapping[str, tuple[str, str]]) -> str:
    """What is usual, or was arranged in its place, before that is asked once more."""
    usual = {
        "deadline": _("the start"),
        "audience": _("Everybody"),
        "languages": native_name("nl"),
        "reminders": _("all"),
    }
    answers = usual | {key: lines[key][1] for key in more_labels() if key in lines}
    told = "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answers[key], 200))
        for key, label in more_labels().items()
        if key in answers
    )
    return _("This is how it is now:\n{lines}").format(lines=told)


def times_lines(talk: Talk, times: Times, zone: str) -> Lines:
    """When it is."""
    lines = {"when": (_("When"), from_until(times.start, times.end, zone, talk.now))}
    return lines | ({"until": (_("Until"), "")} if times.asked_end else {})


def where_lines(where: Where) -> Lines:
    """Where it is."""
    none = _("not yet")
    lines: Lines = {"where": (_("At a place or online"), "")}
    if where.place:
        lines["place"] = (_("Place"), where.place)
        lines["municipality"] = (_("Municipality"), name_of(where.municipality) or none)
    if not where.place or where.link:
        lines["link"] = (_("Link"), where.link or none)
    return lines


def seats_line(seats: int | None) -> tuple[str, str]:
    """How many people fit."""
    return _("Seats"), str(seats) if seats is not None else _("everybody fits")


def contact_line(contact: str | None) -> tuple[str, str]:
    """Whom people see."""
    return _("Contact"), contact or _("nobody")


def more_lines(talk: Talk, more: More) -> Lines:
    """What is not as usual, and the way to more of that."""
    labels = more_labels()
    none = _("none")
    told = {
        "deadline": in_words(more.deadline, more.zone, talk.now) if more.deadline else none,
        "audience": audience_name(more.audience),
        "languages": listed(map(native_name, more.languages)) or none,
        "reminders": _said_reminders(more.reminders) or none,
        "accessible": more.accessibility or none,
        "pin": _("yes") if more.pin else none,
        "zone": city(more.zone),
    }
    lines: Lines = {key: (labels[key], told[key]) for key in more.ticked if key in told}
    kind = more.audience.partition(":")[0]
    if kind == "part":
        lines["part"] = (_("Which members"), "")
    if kind == "municipality":
        lines["of"] = (_("Members of where"), "")
    return {**lines, "more": (_("Something else"), "")}


def _said_reminders(kinds: Collection[str] | None) -> str:
    return listed(label for key, label in reminder_labels().items() if key in (kinds or ()))
