"""The home of big buttons, and help: what this person can do now.

Both only tell; whatever can be pressed here can be typed too.
"""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue.flow import ROLES, entry, flow
from bot.dialogue.introduction import introduction
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.meeting_talk.gatherings import label, link_is_open, link_line, starts, title
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import (
    attendance,
    days,
    involvement,
    meetings,
    people,
    rsvps,
    seats,
    settings,
    surveys,
)
from storage.meetings import Answer, Meeting
from storage.people import Purpose, Role, State
from storage.transaction import Tx

Rows = list[list[Button]]


@flow(
    "home",
    command=N_("/start"),
    about=N_("what you can do now"),
    words=N_("menu, home, start"),
    link="menu",
)
def home(talk: Talk, tx: Tx) -> None:
    """Who is behind the bot, for who has not joined; and buttons for what can be done now.

    On top is what cannot wait: seats on offer, a meeting of today or tomorrow, a day that comes.
    """
    if talk.person.state != State.MEMBER:
        platform = settings.platform(tx)
        talk.say(introduction(platform.name, platform.about))
    elif talk.person.name:
        talk.say(_("Hello {name}.").format(name=isolate(talk.person.name, 60)))
    rows = [
        *_back(talk, tx),
        *_offer(talk, tx),
        *_near(talk, tx),
        *_day(talk, tx),
        *_first(talk, tx),
    ]
    talk.say(_("What do you want to do?"), *rows, *_always(talk, tx))


def _back(talk: Talk, tx: Tx) -> Rows:
    """For who blocked the bot and is back: nothing comes by itself, and how it may again."""
    sent = (Purpose.NEWS, Purpose.SURVEY)
    said = [one for one in people.consents_of(tx, talk.person.id).values() if one.purpose in sent]
    if any(one.given for one in said) or not any(one.way == people.BLOCKED for one in said):
        return []
    talk.say(_("You had blocked me. So I send you no news and no surveys, unless you want that."))
    return [[Button(_("Change what I get"), entry("preferences"))]]


def _offer(talk: Talk, tx: Tx) -> Rows:
    """Seats that wait for an answer, the most urgent ones."""
    offers = involvement.offers(tx, talk.person.id, talk.now)[:1]
    for offer in offers:
        meeting = offer.meeting
        said = n_(
            "There is a seat for you: {title}, {when}. Do you want to come? "
            "Tell me before {until}.",
            "There are {n} seats for you: {title}, {when}. Do you want to come? "
            "Tell me before {until}.",
            offer.seats,
        )
        until = talk.when(offer.until, meeting.zone)
        about = {"title": title(meeting), "when": starts(meeting, talk.now), "until": until}
        talk.say(said.format(n=offer.seats, **about))
    return [
        [
            Button(_("Yes, I take it"), entry("offer", offer.meeting.id, "yes")),
            Button(_("No, thank you"), entry("offer", offer.meeting.id, "no")),
        ]
        for offer in offers
    ]


def _near(talk: Talk, tx: Tx) -> Rows:
    """The meeting of today or tomorrow, with its link or the code for its door."""
    meeting = meetings.next_for(tx, talk.person.id, talk.now)
    if meeting is None or not _is_near(talk, meeting):
        return []
    coming = _("Coming up: {title}, {when}.").format(
        title=isolate(meeting.title, 100), when=starts(meeting, talk.now)
    )
    mine = seats.find(tx, meeting.id, talk.person.id)
    comes = mine is not None and mine.answer == Answer.YES
    link = link_line(meeting, talk.now, comes=True) if comes else ""
    is_open = bool(link) and link_is_open(meeting, talk.now)
    talk.say(f"{coming}\n{link}" if is_open else coming)
    rows = [[_see(meeting, 40)]]
    if comes and meeting.place and attendance.has_codes(meeting, talk.now):
        rows.append([Button(_("My code for the door"), entry("my_code", meeting.id))])
    return rows


def _see(meeting: Meeting, most: int) -> Button:
    return Button(
        _("See: {title}").format(title=label(meeting, most)), entry("meeting", meeting.id)
    )


def _day(talk: Talk, tx: Tx) -> Rows:
    """A day with places that comes, for who has no place there yet."""
    day = involvement.next_day(tx, talk.now)
    if day is None or days.place_of(tx, day.id, talk.person.id) is not None:
        return []
    return [[_see(day, 40)]]


def _is_near(talk: Talk, meeting: Meeting) -> bool:
    """Whether the meeting is today or tomorrow, where it takes place."""
    zone = ZoneInfo(meeting.zone)
    return (meeting.starts.astimezone(zone).date() - talk.now.astimezone(zone).date()).days <= 1


def _first(talk: Talk, tx: Tx) -> Rows:
    """What matters next: an open survey, joining."""
    rows = []
    opened = [s for s in surveys.open_for(tx, talk.person.id, talk.now) if not s.finished]
    if len(opened) > 1:
        rows.append([Button(_("Fill in a survey"), entry("surveys"))])
    elif opened:
        label = _("Go on with the survey") if opened[0].started else _("Fill in the survey")
        rows.append([Button(label, entry("survey", opened[0].id))])
    if talk.person.state != State.MEMBER:
        rows.append([Button(_("Become a member"), entry("join"))])
    return rows


def _always(talk: Talk, tx: Tx) -> Rows:
    """What can always be done, by role; who has said something to a meeting finds it back."""
    meeting_row = [Button(_("See the meetings"), entry("meetings"))]
    mine = involvement.mine(tx, talk.person.id, talk.now, limit=1)
    if mine or rsvps.declined(tx, talk.person.id, talk.now):
        meeting_row.append(Button(_("My meetings"), entry("mymeetings")))
    rows = [meeting_row]
    if talk.person.state == State.MEMBER:
        mine_row = [Button(_("My profile"), entry("profile"))]
        rows.append([*mine_row, Button(_("What I get"), entry("preferences"))])
    rows.append([Button(_("News"), entry("news")), Button(_("Ask a human"), entry("ask"))])
    rows.append([Button(_("Language"), entry("language")), Button(_("Help"), entry("help"))])
    if _runs_any(talk, tx):
        rows.append([Button(_("Run meetings"), entry("manage"))])
    if talk.person.role in (Role.COORDINATOR, Role.ADMIN):
        write = Button(_("Write to many"), entry("announce"))
        rows.append([write, Button(_("See the results"), entry("results"))])
    if talk.person.role == Role.ADMIN:
        rows.append([Button(_("Roles"), entry("roles")), Button(_("Health"), entry("health"))])
    return rows


def _runs_any(talk: Talk, tx: Tx) -> bool:
    """Whether somebody is a coordinator, or the host of a meeting."""
    person = people.find(tx, talk.person.id)
    if person is None:
        return False
    return person.is_coordinator or bool(meetings.managed_by(tx, person, talk.now, 1))


COMMANDS: Final = (
    (State.VISITOR, Role.NONE, N_("/join"), N_("become a member")),
    (None, Role.NONE, N_("/survey"), N_("fill in the survey, or go on with it")),
    (None, Role.NONE, N_("/meetings"), N_("see which meetings there are and sign up")),
    (None, Role.NONE, N_("/mymeetings"), N_("see where you are signed up, change it or sign off")),
    (None, Role.NONE, N_("/calendar"), N_("put your meetings in your calendar")),
    (None, Role.NONE, N_("/reminders"), N_("switch reminders on or off")),
    (None, Role.NONE, N_("/news"), N_("read the news, or be kept informed")),
    (None, Role.NONE, N_("/ask"), N_("ask a human something")),
    (State.MEMBER, Role.NONE, N_("/profile"), N_("see or change what I know about you")),
    (None, Role.NONE, N_("/language"), N_("choose another language")),
    (None, Role.NONE, N_("/privacy"), N_("read what happens with what you tell me")),
    (None, Role.NONE, N_("/preferences"), N_("choose what I send you, and when")),
    (None, Role.NONE, N_("/mydata"), N_("get everything that I keep of you")),
    (State.MEMBER, Role.NONE, N_("/leave"), N_("stop being a member")),
    (None, Role.NONE, N_("/forget"), N_("have everything erased")),
    (None, Role.COORDINATOR, N_("/newmeeting"), N_("make a meeting, or a day with places")),
    (None, Role.COORDINATOR, N_("/manage"), N_("run a meeting: who comes, changes, the door")),
    (None, Role.COORDINATOR, N_("/announce"), N_("write to many people at once")),
    (None, Role.COORDINATOR, N_("/announcements"), N_("see all messages and how they went")),
    (None, Role.COORDINATOR, N_("/results"), N_("see the results of a survey")),
    (None, Role.ADMIN, N_("/roles"), N_("make somebody a coordinator or admin, or end that")),
    (None, Role.ADMIN, N_("/health"), N_("see how the bot is doing")),
)
"""For whom (anybody, or a state; from which role on), the command, and what it is for."""


@flow(
    "help",
    command=N_("/help"),
    about=N_("how this works"),
    words=N_("help, what can you do"),
)
def help_(talk: Talk, tx: Tx) -> None:
    """What this person can do, by role, and the words that always work."""
    rank = ROLES.index(talk.person.role)
    lines = [
        _("{command} – {what}").format(command=_(command), what=_(what))
        for state, role, command, what in COMMANDS
        if state in (None, talk.person.state) and ROLES.index(role) <= rank
    ]
    talk.say(
        _(
            "Press a button, or type its words. This always works:\n"
            "• back: one question back\n"
            "• stop: stop what we were doing\n"
            "• menu: see what you can do now"
        )
    )
    talk.say(_("You can also type:\n{lines}").format(lines="\n".join(lines)))
    talk.say(
        _("Would you rather talk to a person? You can."),
        [Button(_("Ask a human"), entry("ask")), Button(_("Go to the menu"), entry("home"))],
    )
