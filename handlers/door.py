"""At the door: letting people in by the code they show, or from the list.

Whoever may run the meeting lets in. For anybody else a code tells nothing, not even whether it is
one. What is pressed twice, or by two people at once, lets in once.
"""

from __future__ import annotations

from typing import Any, Final

from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, clock_time, isolate, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, need_words, refuse
from bot.dialogue.messages import Button, rich
from bot.dialogue.searching import Chosen, Search, answered, nearest
from bot.dialogue.talk import Talk
from storage import attendance, hosts, people
from storage.attendance import AlreadyIn, Guest, In
from storage.meetings import Kind, Meeting
from storage.transaction import Tx

A_PAGE: Final = 7
MORE, WALK_IN, ALL, DONE = "more", "walkin", "all", "done"
MOST_AT_ONCE: Final = 9


# By a code.


@flow("at_door", link="door")
def at_door(talk: Talk, tx: Tx, code: str = "") -> Then | None:
    """Let in whoever shows this code, if the one who scanned it may; else a kind word."""
    guest = attendance.by_code(tx, code) if code else None
    if guest is not None and hosts.managed(tx, guest.meeting, talk.person.id):
        return talk.then("let_in", rsvp_id=guest.id)
    if guest is not None and guest.person == talk.person.id:
        talk.say(_("This is your own code. Show it to the people at the door."))
        return None
    who = people.find(tx, talk.person.id)
    if who is not None and who.is_coordinator:
        talk.say(_("I do not know this code. Look the person up in the list of the meeting."))
        return None
    talk.say(_("Such a code is for the people at the door. Whoever comes shows it there."))
    return None


@flow("let_in", title=N_("letting somebody in"))
def let_in(talk: Talk, tx: Tx, rsvp_id: int, listed: int = 0) -> Then | None:
    """Let a whole party in; who is not signed up (any more) after a question. Ends in the list
    where it began there (`listed`).
    """
    found = _guest(talk, tx, rsvp_id)
    if found is None:
        return None
    guest, meeting = found
    if guest.came is None and not guest.is_expected and not _anyway(talk, guest):
        talk.say(_("Then they are not let in."))
    else:
        party = max(guest.seats, 1)
        outcome = attendance.check_in(tx, guest.id, party, talk.person.id, talk.now)
        _say_in(talk, tx, guest, meeting, outcome)
    return talk.then("door", meeting_id=meeting.id) if listed else None


def _guest(talk: Talk, tx: Tx, rsvp_id: int) -> tuple[Guest, Meeting] | None:
    """The guest and the meeting, if this person may let in there and the door is open."""
    guest = attendance.find(tx, rsvp_id)
    meeting = hosts.managed(tx, guest.meeting, talk.person.id) if guest is not None else None
    if guest is None or meeting is None:
        refuse(talk)
        return None
    if not attendance.is_open(meeting, talk.now):
        _closed(talk, meeting)
        return None
    return guest, meeting


def _closed(talk: Talk, meeting: Meeting) -> None:
    opens = meeting.starts - attendance.OPENS_BEFORE
    said = _("The door of {title} is closed by now.")
    if talk.now < opens:
        said = _("You can let people in at {title} from {when} on.")
    talk.say(
        said.format(title=gatherings.title(meeting), when=talk.when(opens, meeting.zone)),
        [back(meeting)],
    )


def _anyway(talk: Talk, guest: Guest) -> bool:
    return talk.confirm(
        "anyway",
        _("{name} is not signed up, or not any more. Let them in all the same?").format(
            name=_name(guest)
        ),
        yes=_("Yes, let them in"),
        no=_("No"),
    )


def _say_in(
    talk: Talk, tx: Tx, guest: Guest, meeting: Meeting, outcome: In | AlreadyIn | None
) -> None:
    if outcome is None:
        return talk.say(_("They are not on the list any more."))
    seats, since = outcome.seats, talk.now
    said = n_("<b>{name}</b> is in.", "<b>{name}</b> is in, with {n} people in all.", seats)
    if isinstance(outcome, AlreadyIn):
        since = outcome.since
        said = n_(
            "<b>{name}</b> is in already, since {time}.",
            "<b>{name}</b> is in already, since {time}, with {n} people in all.",
            seats,
        )
    text = rich(
        f"{said}{{more}}",
        name=_name(guest),
        n=number(seats),
        time=clock_time(since, meeting.zone),
        more="".join(f"\n{line}" for line in [*_needs(guest), _count(tx, meeting)]),
    )
    return talk.say(text, *_corrections(guest, seats))


def _needs(guest: Guest) -> list[str]:
    found = need_words(guest.needs or ())
    if guest.needs_text:
        found.append(isolate(guest.needs_text, 200))
    return [_("Needs: {needs}").format(needs=need) for need in found]


def _count(tx: Tx, meeting: Meeting) -> str:
    came = attendance.came(tx, meeting.id)
    return _("{here} of {expected} people are in.").format(
        here=number(came.came), expected=number(came.expected)
    )


def _corrections(guest: Guest, here: int) -> list[list[Button]]:
    fewer = [
        Button(_("Only {n} came").format(n=n), entry("door_count", guest.id, n))
        for n in range(1, min(here, 4))
    ]
    other = Button(_("Another number"), entry("door_count", guest.id))
    return [fewer, [other, Button(_("Not in after all"), entry("door_undo", guest.id))]]


def _name(guest: Guest, most: int = 60) -> str:
    return isolate(guest.name, most) if guest.name else _("somebody without a name")


@flow("door_count", title=N_("counting who came"))
def count(talk: Talk, tx: Tx, rsvp_id: int, party: int = 0) -> None:
    """With how many somebody came who is in."""
    found = _guest(talk, tx, rsvp_id)
    if found is None:
        return None
    guest, meeting = found
    if not 1 <= party <= attendance.MOST_LET_IN:
        party = _ask_party(talk, _("How many came in all, {name} included?"), guest)
    if not attendance.recount(tx, guest.id, party, talk.person.id, talk.now):
        return talk.say(_("They are not in."))
    said = n_("Noted: {name}, {n} person.", "Noted: {name}, {n} people.", party)
    return talk.say(
        f"{said.format(name=_name(guest), n=number(party))}\n{_count(tx, meeting)}",
    )


def _ask_party(talk: Talk, text: str, guest: Guest | None = None) -> int:
    numbers = {str(n): str(n) for n in range(1, MOST_AT_ONCE + 1)}
    asked = text.format(name=_name(guest)) if guest is not None else text
    return int(talk.choose("party", asked, numbers, columns=5))


@flow("door_undo")
def undo(talk: Talk, tx: Tx, rsvp_id: int) -> None:
    """Somebody was let in by mistake."""
    found = _guest(talk, tx, rsvp_id)
    if found is None:
        return
    guest, meeting = found
    said = _("{name} is not in.").format(name=_name(guest))
    if attendance.undo(tx, guest.id, talk.person.id, talk.now):
        said = _("{name} is not in any more.").format(name=_name(guest))
    talk.say(f"{said}\n{_count(tx, meeting)}")


# From the list.


@flow(
    "door",
    title=N_("the door"),
    ending=N_("Fine. Everybody you let in is still in."),
    returns=True,
)
def door(talk: Talk, tx: Tx, meeting_id: int, page: int = 1, words: str = "") -> Any:
    """The list at the door: who is not in yet first; press a name, or type one to look for."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if meeting.kind == Kind.DAY:
        return talk.then("manage_places", day_id=meeting.id)
    if not attendance.is_open(meeting, talk.now):
        return _closed(talk, meeting)
    page = min(max(page, 1), 10_000)
    shown, has_more = _page(tx, meeting, page, words)
    question = _listed(_head(tx, meeting, shown, words), shown, page, has_more, words)
    chosen = answered(talk.put(question))
    if isinstance(chosen, Chosen):
        return _pressed(talk, meeting, chosen.key, page)
    return talk.then("door", meeting_id=meeting.id, words=chosen.words)


def _pressed(talk: Talk, meeting: Meeting, key: str, page: int) -> Then:
    if key.isdecimal():
        return talk.then("let_in", rsvp_id=int(key), listed=1)
    if key == WALK_IN:
        return talk.then("walk_in", meeting_id=meeting.id)
    if key == DONE:
        return talk.then("manage_meeting", meeting_id=meeting.id)
    return talk.then("door", meeting_id=meeting.id, page=page + 1 if key == MORE else 1)


def _page(tx: Tx, meeting: Meeting, page: int, words: str) -> tuple[list[Guest], bool]:
    """Seven of them, and whether there are more; in a search the seven nearest."""
    if words:
        found = nearest(words, attendance.names(tx, meeting.id), A_PAGE)
        return attendance.these(tx, found), False
    before = (page - 1) * A_PAGE
    guests = attendance.guests(tx, meeting.id, limit=A_PAGE + 1, offset=before)
    return guests[:A_PAGE], len(guests) > A_PAGE


def _head(tx: Tx, meeting: Meeting, shown: list[Guest], words: str) -> str:
    ask = _("Who is here? Press a name, or type one.")
    if words and not shown:
        ask = _("I find nobody called {words}. Type it in another way.").format(
            words=isolate(words, 40)
        )
    elif not shown:
        ask = _("There is nobody on the list.")
    came = attendance.came(tx, meeting.id)
    lines = [gatherings.title(meeting), _count(tx, meeting)]
    if came.walk_ins:
        text = n_("And {n} person without signing up.", "And {n} people without signing up.",
                  came.walk_ins)  # fmt: skip
        lines.append(text.format(n=number(came.walk_ins)))
    return "\n".join([*lines, "", ask])


def _listed(text: str, shown: list[Guest], page: int, has_more: bool, words: str) -> Search:
    first = 1 if words else (page - 1) * A_PAGE + 1
    options = {str(guest.id): _label(n, guest) for n, guest in enumerate(shown, first)}
    controls = {MORE: _("More names")} if has_more else {}
    if words or page > 1:
        controls[ALL] = _("From the start")
    return Search("who", text, options, controls | _always())


def _always() -> dict[str, str]:
    return {WALK_IN: _("Not signed up"), DONE: _("Done")}


def _label(place: int, guest: Guest) -> str:
    seats = guest.seats if guest.came is None else guest.came_seats or 0
    text = "{place}. {name}"
    if guest.came is not None:
        text = _("{place}. {name}, is in") if seats == 1 else _("{place}. {name}, {n}, is in")
    elif seats > 1:
        text = _("{place}. {name}, {n}")
    return text.format(place=place, name=_name(guest, 30), n=number(seats))
