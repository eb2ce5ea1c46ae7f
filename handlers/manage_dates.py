"""Calling a meeting off, copying it to another date, and repeating it on many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.checks import Check
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time import moment_checks
from storage import host_messages, hosts, meetings, planning, series, wall_time
from storage.host_messages import To
from storage.meetings import OF_A_DAY, Kind, Meeting
from storage.people import Role
from storage.series import Rhythm
from storage.transaction import Tx

TEAM: Final = (Role.COORDINATOR, Role.ADMIN)
MOST_WHY: Final = 500
"""Characters of the reason why a meeting is off."""
A_YEAR: Final = timedelta(days=366)


# Calling it off.


@flow("cancel_meeting", title=N_("cancelling a meeting"))
def cancel_meeting(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """Call a meeting off, with a reason if there is one to tell; those concerned hear it."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if meeting.is_cancelled:
        return talk.say(_("It is cancelled already."), [back(meeting)])
    if meeting.ends <= talk.now:
        return talk.say(_("It is over, so it cannot be cancelled."), [back(meeting)])
    told = host_messages.reached(tx, meeting.id, To.ALL)
    why = _why(talk) if told else ""
    if not talk.confirm(
        "sure", _sure(meeting, told, why), yes=_("Yes, cancel it"), no=_("No, leave it")
    ):
        return talk.say(_("Fine. It takes place."), [back(meeting)])
    planning.cancel(tx, meeting.id, talk.person.id, talk.now, why=why)
    done = _("{title} is cancelled.").format(title=gatherings.title(meeting))
    if told:
        done = _("{title} is cancelled. I tell everybody who has to know.").format(
            title=gatherings.title(meeting)
        )
    return talk.say(done, [back(meeting)])


def _why(talk: Talk) -> str:
    asked = _("Why is it off? People read what you type here. You can skip this.")
    return talk.ask("why", asked, answers.text(most=MOST_WHY), optional=True) or ""


def _sure(meeting: Meeting, told: int, why: str) -> str:
    title = gatherings.title(meeting)
    if meeting.kind == Kind.DAY:
        asked = n_(
            "Cancel {title} with all its places? {n} person hears it.",
            "Cancel {title} with all its places? {n} people hear it.",
            told,
        )
    elif told:
        asked = n_(
            "Cancel {title}? {n} person hears it.", "Cancel {title}? {n} people hear it.", told
        )
    else:
        asked = _("Cancel {title}? Nobody has signed up, so I tell nobody.")
    said = asked.format(title=title, n=number(told))
    if not why:
        return said
    reason = isolate(why, MOST_WHY)
    return _("{question}\n\nThey also read:\n{why}").format(question=said, why=reason)


# Once more.


def _to_copy(talk: Talk, tx: Tx, meeting_id: int) -> Meeting | None:
    """The meeting, for those who may make meetings; a place comes back with its day alone."""
    meeting = meetings.find(tx, meeting_id)
    allowed = talk.person.role in TEAM and meeting is not None and meeting.kind not in OF_A_DAY
    return meeting if allowed else None


@flow("copy_meeting", title=N_("copying a meeting"))
def copy_meeting(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """The same on another date, as a draft; a day with its places, nobody signed up."""
    meeting = _to_copy(talk, tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    start = talk.ask(
        "start",
        _("{title} is on {when}. When is the copy?").format(
            title=gatherings.title(meeting), when=gatherings.starts(meeting, talk.now)
        ),
        moment_checks.moment(meeting.zone, talk.now),
    )
    made = planning.copy(tx, meeting.id, start, talk.person.id, talk.now)
    talk.say(_("Here is the copy. It is a draft: nobody sees it until you publish it."))
    return talk.then("manage_meeting", meeting_id=made.id)


@flow("repeat_meeting", title=N_("repeating a meeting"))
def repeat_meeting(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """The same each week, two weeks or month until a day; each date can be changed by itself."""
    meeting = _to_copy(talk, tx, meeting_id)
    if meeting is None or meeting.is_cancelled:
        return refuse(talk)
    first = datetime.fromisoformat(meeting.wall_start)
    rhythm = Rhythm(talk.choose("rhythm", _("How often does it come back?"), _rhythms()))
    until = talk.ask("until", _("What is the last day?"), _last_day(first.date()))
    starts = series.following(first, rhythm, until=datetime.combine(until, time.max))
    starts = [start for start in starts if wall_time.happens_once(start, meeting.zone)]
    if not starts:
        talk.say(_("There is no date between them. Choose a later day."))
        talk.again("until")
    if not talk.confirm(
        "sure",
        _dates(talk, meeting, starts),
        yes=_("Yes, make them"),
        no=_("No, make none"),
    ):
        return talk.say(_("Fine. I have made none."), [back(meeting)])
    made = planning.repeat(tx, meeting.id, starts, talk.person.id, talk.now)
    text = n_(
        "I have made {n} meeting. You can change or cancel it by itself.",
        "I have made {n} meetings. You can change or cancel each by itself.",
        len(made),
    )
    return talk.say(
        text.format(n=number(len(made))),
        [Button(_("See what I run"), entry("manage"))],
        [back(meeting)],
    )


def _rhythms() -> dict[str, str]:
    return {
        Rhythm.WEEKLY.value: _("Every week"),
        Rhythm.EVERY_TWO_WEEKS.value: _("Every two weeks"),
        Rhythm.MONTHLY.value: _("Every month, on the same weekday"),
    }


def _last_day(first: date) -> Check[date]:
    return answers.when(earliest=first, latest=first + A_YEAR)


def _dates(talk: Talk, meeting: Meeting, starts: Sequence[datetime]) -> str:
    """Every date in words, before anything is made."""
    lines = [talk.when(wall_time.moment(start, meeting.zone), meeting.zone) for start in starts]
    text = n_(
        "This makes {n} more meeting:\n\n{dates}\n\n"
        "People see it as they see this one. Shall I make it?",
        "This makes {n} more meetings:\n\n{dates}\n\n"
        "People see them as they see this one. Shall I make them?",
        len(lines),
    )
    return text.format(n=number(len(lines)), dates="\n".join(lines))
