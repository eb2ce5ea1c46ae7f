"""How many people fit: more seats move the line, fewer take nobody's seat away."""

from __future__ import annotations

from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse, seats
from bot.dialogue.talk import Talk
from storage import hosts, planning, rsvps, waiting
from storage.meetings import Kind, Meeting
from storage.transaction import Tx

MOST: Final = 100_000


@flow("capacity", title=N_("changing the number of seats"))
def capacity(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """Another number of seats, or no limit; what that does to the line is said first."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None or meeting.kind == Kind.DAY:
        return refuse(talk)
    if meeting.is_cancelled or meeting.ends <= talk.now:
        return talk.say(_("It is over or cancelled, so its seats stay."), [back(meeting)])
    taken = rsvps.taken(tx, [meeting.id])[meeting.id]
    new = _asked(talk, meeting, taken)
    if new is not None and new < taken and not _fewer(talk, new, taken):
        return talk.say(_("Fine. Nothing has changed."), [back(meeting)])
    in_line = waiting.length(tx, meeting.id)
    planning.edit(tx, meeting.id, talk.person.id, talk.now, capacity=new)
    talk.say(_done(new))
    if in_line and meeting.capacity is not None and (new is None or new > meeting.capacity):
        talk.say(_("Who is in line hears of it."))
    return talk.then("manage_meeting", meeting_id=meeting.id)


def _asked(talk: Talk, meeting: Meeting, taken: int) -> int | None:
    """The new number; None: everybody fits."""
    title = gatherings.title(meeting)
    check = answers.number(0, MOST)
    if meeting.capacity is None:
        asked = _("{title} has no limit now. Taken: {taken}. How many seats should there be?")
        return talk.ask("seats", asked.format(title=title, taken=seats(taken)), check)
    asked = _("{title} has {seats} now. Taken or on offer: {taken}. What do you want?")
    wanted = talk.choose(
        "kind",
        asked.format(title=title, seats=seats(meeting.capacity), taken=number(taken)),
        {"number": _("Another number of seats"), "none": _("No limit: everybody fits")},
    )
    if wanted == "none":
        return None
    return talk.ask("seats", _("How many seats should there be?"), check)


def _fewer(talk: Talk, new: int, taken: int) -> bool:
    """Fewer seats than are taken: nobody loses theirs, but it takes long before one is free."""
    text = n_(
        "{n} seat is taken or on offer, more than {new}. Nobody loses a seat. "
        "But nobody can sign up or move up until there is room again. Shall I do it?",
        "{n} seats are taken or on offer, more than {new}. Nobody loses a seat. "
        "But nobody can sign up or move up until there is room again. Shall I do it?",
        taken,
    )
    return talk.confirm(
        "fewer",
        text.format(n=number(taken), new=number(new)),
        yes=_("Yes, do it"),
        no=_("No, leave it"),
    )


def _done(new: int | None) -> str:
    if new is None:
        return _("There is no limit any more.")
    return n_("There is {n} seat now.", "There are {n} seats now.", new).format(n=number(new))
