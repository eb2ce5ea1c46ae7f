"""The reminders of one meeting, for who runs it: what goes when, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import hosts, outbox, planning, reminder_report, reminders
from storage.gate import Why as Held
from storage.meetings import Meeting
from storage.reminder_report import Line, Whom
from storage.reminder_times import Kind
from storage.reminders import Why
from storage.transaction import Tx

ON, OFF = "on", "off"

_NAMES: Final[Mapping[str, str]] = {
    Kind.WEEK: N_("A week before"),
    Kind.SILENT: N_("Three days before, to who was invited and says nothing"),
    Kind.DAY: N_("The day before"),
    Kind.HOURS: N_("Two hours before"),
}
_TURN_ON: Final[Mapping[str, str]] = {
    Kind.WEEK: N_("Do send the one a week before"),
    Kind.SILENT: N_("Do ask who says nothing"),
    Kind.DAY: N_("Do send the one the day before"),
    Kind.HOURS: N_("Do send the one two hours before"),
}
_TURN_OFF: Final[Mapping[str, str]] = {
    Kind.WEEK: N_("None a week before"),
    Kind.SILENT: N_("Do not ask who says nothing"),
    Kind.DAY: N_("None the day before"),
    Kind.HOURS: N_("None two hours before"),
}
_REASONS: Final[Mapping[str, str]] = {
    Why.SIGNED_OFF: N_("signed off"),
    Why.ANSWERED: N_("had answered"),
    Why.SWITCHED_OFF: N_("wants no reminders"),
    Why.MOVED: N_("the meeting moved"),
    Why.CANCELLED: N_("the meeting was cancelled"),
    Why.HIDDEN: N_("the meeting was not published"),
    Why.KIND_OFF: N_("it was switched off here"),
    Why.BEGUN: N_("the meeting had begun"),
    Why.CLOSED: N_("signing up was over"),
    Why.TOO_LATE: N_("it would have come at night"),
    Why.NOT_INVITED: N_("had no invitation yet"),
    outbox.TAKEN_BACK: N_("blocked the bot"),
    Held.NO_CONSENT: N_("wants no invitations"),
    Held.UNREACHABLE: N_("blocked the bot"),
    Held.PAUSED: N_("wants a pause"),
    Held.ENOUGH: N_("had three messages that week"),
}
"""Why somebody was skipped, by what is kept with the row; the rest is `for another reason`."""


@flow("meeting_reminders")
def meeting_reminders(
    talk: Talk, tx: Tx, meeting_id: int, kind: str = "", wanted: str = ""
) -> None:
    """When each reminder goes and to how many; what was sent, skipped or missed. `kind` is to be
    switched, as a button said.
    """
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if kind in list(Kind) and wanted in (ON, OFF):
        meeting = _switched(talk, tx, meeting, Kind(kind), on=wanted == ON)
    found = reminder_report.lines(tx, meeting)
    whom = reminder_report.whom(tx, meeting)
    told = "\n\n".join(_told(talk, meeting, line, whom) for line in found)
    head = _("Reminders for {title}, {when}").format(
        title=gatherings.title(meeting), when=gatherings.starts(meeting, talk.now)
    )
    end = _("Whoever switched reminders off gets none. None are sent between nine and nine.")
    return talk.say(
        f"{head}\n\n{told}\n\n{end}",
        *([_switch(meeting, line)] for line in found if line.slot.due > talk.now),
        [back(meeting)],
    )


def _switched(talk: Talk, tx: Tx, meeting: Meeting, kind: Kind, *, on: bool) -> Meeting:
    kept = [one for one in Kind if one in reminders.kinds(meeting) and one is not kind]
    new = [one for one in Kind if one in kept or (on and one is kind)]
    return planning.edit(
        tx, meeting.id, talk.person.id, talk.now, quiet=True,
        reminders=None if len(new) == len(Kind) else [str(one) for one in new],
    )  # fmt: skip


def _switch(meeting: Meeting, line: Line) -> Button:
    names, wanted = (_TURN_OFF, OFF) if line.is_on else (_TURN_ON, ON)
    kind = line.slot.kind
    return Button(_(names[kind]), entry("meeting_reminders", meeting.id, kind, wanted))


def _told(talk: Talk, meeting: Meeting, line: Line, whom: Whom) -> str:
    when = talk.when(line.slot.due, meeting.zone)
    head = _("{name}: {when}.").format(name=_(_NAMES[line.slot.kind]), when=when)
    if line.slot.due > talk.now:
        return f"{head}\n{_to_come(line, whom)}"
    return "\n".join([head, *(_became(line) or [_to_nobody(talk, line)])])


def _to_nobody(talk: Talk, line: Line) -> str:
    if not line.is_on:
        return _("It is off.")
    over = line.has_begun or line.slot.useful_until <= talk.now
    return _("It went to nobody.") if over else _("It goes out about now.")


def _to_come(line: Line, whom: Whom) -> str:
    if not line.is_on:
        return _("It is off.")
    if line.slot.kind is Kind.SILENT:
        asked = n_("As it is now it goes to {n} person.", "As it is now it goes to {n} people.",
                   whom.silent)  # fmt: skip
        return asked.format(n=number(whom.silent))
    comes = n_(
        "As it is now it goes to {n} person who comes.",
        "As it is now it goes to {n} people who come.",
        whom.yes,
    ).format(n=number(whom.yes))
    if not whom.maybe:
        return comes
    may_come = n_("And to {n} person who said maybe.", "And to {n} people who said maybe.",
                  whom.maybe)  # fmt: skip
    return f"{comes} {may_come.format(n=number(whom.maybe))}"


def _became(line: Line) -> list[str]:
    skipped = sum(line.skipped.values())
    counted = {
        _("{n} sent."): line.sent,
        _("{n} still on the way."): line.waiting,
        _("{n} came too late to be of use."): line.missed,
        _("{n} could not be sent."): line.failed,
    }
    told = [text.format(n=number(count)) for text, count in counted.items() if count]
    if skipped:
        told.append(_("{n} not sent on purpose:").format(n=number(skipped)))
        told += _reasons(line.skipped)
    return told


def _reasons(skipped: Mapping[str, int]) -> list[str]:
    said: dict[str, int] = {}
    for reason, count in skipped.items():
        words = _(_REASONS[reason]) if reason in _REASONS else _("for another reason")
        said[words] = said.get(words, 0) + count
    return [
        _("· {reason}: {n}").format(reason=words, n=number(count)) for words, count in said.items()
    ]
