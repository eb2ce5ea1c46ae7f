"""Who got an announcement, who did not and why: as a list in pages, and as a file with everybody.

Each look leaves a line in the audit, and so does the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from bot.dialogue.announcing import progress, report
from bot.dialogue.announcing.letter import first_words
from bot.dialogue.files.spreadsheets import spreadsheet
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import N_, _, isolate, language_name, number, speaking, spoken
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import announcements, audit, recipients, sendings
from storage.recipients import Listed
from storage.sendings import Sending
from storage.transaction import Tx

A_PAGE: Final = 10
MOST_IN_FILE: Final = 100_000
AT_ONCE: Final = 1_000
ALL: Final = "all"

GROUPS: Final[Mapping[str, str]] = {
    "failed": N_("Did not arrive: {n}"),
    "skipped": N_("Did not go: {n}"),
    "held": N_("Comes later: {n}"),
    "uncertain": N_("Not sure: {n}"),
    ALL: N_("Everybody: {n}"),
}
"""Those whom one can look at, by the state of their rows."""
STATES: Final[Mapping[str, str]] = {
    "open": N_("has yet to get it"),
    "promised": N_("on its way"),
    "held": N_("comes later"),
    "sent": N_("has it"),
    "failed": N_("did not arrive"),
    "skipped": N_("did not go"),
    "uncertain": N_("not sure whether it arrived"),
}
"""What became of somebody's message."""


@flow("recipient_list", role="coordinator")
def recipient_list(talk: Talk, tx: Tx, sending_id: int, group: str = "", after: int = 0) -> None:
    """How many did not get it; and of a group the names with the reason, ten at a time."""
    run = sendings.find(tx, sending_id)
    if run is None:
        return talk.say(_("That message is not there any more."))
    audit.record(
        tx, talk.person.id, "announcement.list", f"announcement:{run.announcement}", talk.now
    )
    if group not in GROUPS:
        return _groups(talk, tx, run)
    found = recipients.listed(tx, run.id, None if group == ALL else group, after, A_PAGE + 1)
    back = [Button(_("Other people"), entry("recipient_list", run.id))]
    if not found:
        return talk.say(_("There is nobody on this list now."), back, _look(run))
    head = _(GROUPS[group]).format(n=number(_many(run, group)))
    lines = [_line(one, group) for one in found[:A_PAGE]]
    more = []
    if len(found) > A_PAGE:
        last = found[A_PAGE - 1].person
        more = [Button(_("Next page"), entry("recipient_list", run.id, group, last))]
    first = [Button(_("From the start"), entry("recipient_list", run.id, group))] if after else []
    return talk.say("\n".join([head, "", *lines]), [*first, *more], [_file(run)], back, _look(run))


def _groups(talk: Talk, tx: Tx, run: Sending) -> None:
    """How many there are of each, with a button where there is anybody."""
    title = progress.title(_words(tx, run))
    shown = [group for group in GROUPS if _many(run, group)]
    if not shown:
        return talk.say(_("Nobody is on the list for {title} yet.").format(title=title), _look(run))
    few = report.apart(run) <= report.MOST_COUNTED
    lines = report.lines(run, recipients.reasons(tx, run.id) if few else {})
    return talk.say(
        "\n".join([title, "", *lines, "", _("Whose names do you want to see?")]),
        *(
            [
                Button(
                    _(GROUPS[group]).format(n=number(_many(run, group))),
                    entry("recipient_list", run.id, group),
                )
            ]
            for group in shown
        ),
        [_file(run)],
        _look(run),
    )


def _many(run: Sending, group: str) -> int:
    return run.total if group == ALL else int(getattr(run, group))


def _words(tx: Tx, run: Sending) -> str:
    found = announcements.find(tx, run.announcement)
    return first_words(found.content) if found is not None else ""


def _look(run: Sending) -> list[Button]:
    return [progress.look(run.announcement)]


def _file(run: Sending) -> Button:
    return Button(_("Get the list as a file"), entry("recipient_file", run.id))


def _what(one: Listed) -> str:
    """What became of somebody's message."""
    words = STATES.get(one.state, report.OTHERWISE)
    return _(words)


def _line(one: Listed, group: str) -> str:
    """A name, where they are from, and what became of their message or why not."""
    name = isolate(one.name, 60) if one.name else _("somebody without a name")
    place = name_of(one.municipality) if one.municipality else None
    who = _("{name}, {place}").format(name=name, place=place) if place else name
    what = _what(one)
    if one.state in ("failed", "skipped", "held", "uncertain"):
        why = report.reason(one.reason, one.state)
        what = why if group != ALL else _("{what} ({why})").format(what=what, why=why)
    return _("– {who}: {what}").format(who=who, what=what)


# As a file.


@flow("recipient_file", role="coordinator")
def recipient_file(talk: Talk, tx: Tx, sending_id: int) -> None:
    """Everybody it was for, with what became of it and why, as a file for a spreadsheet."""
    run = sendings.find(tx, sending_id)
    if run is None:
        return talk.say(_("That message is not there any more."))
    audit.record(
        tx, talk.person.id, "announcement.file", f"announcement:{run.announcement}", talk.now
    )
    said = _("Here is everybody it was for. These are people's names: give the file to nobody.")
    if run.total > MOST_IN_FILE:
        said = _(
            "Here are the first {n} people it was for. These are people's names: give the file to "
            "nobody."
        ).format(n=number(MOST_IN_FILE))
    known = {"sending": run.id, "language": spoken()}
    file = Attachment("document", _("who-got-it.csv"), "recipients", known)
    return talk.say(said, attachment=file)


@make_file("recipients")
def recipients_file(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """A line for each of them, read some at a time."""
    with speaking(arguments["language"]):
        head = [
            _("Name"), _("Municipality"), _("In which language"), _("What became of it"), _("Why"),
        ]  # fmt: skip
        return spreadsheet(chain([head], _rows(tx, arguments["sending"])))


def _rows(tx: Tx, sending: int) -> Iterator[list[str]]:
    after = 0
    for _page in range(MOST_IN_FILE // AT_ONCE):
        found = recipients.listed(tx, sending, None, after, AT_ONCE)
        for one in found:
            why = ""
            if one.state in ("failed", "skipped", "held", "uncertain"):
                why = report.reason(one.reason, one.state)
            place = name_of(one.municipality) if one.municipality else None
            what = _what(one)
            yield [one.name or "", place or "", language_name(one.language), what, why]
        if len(found) < AT_ONCE:
            return
        after = found[-1].person
