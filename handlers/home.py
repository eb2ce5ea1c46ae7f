"""The home of big buttons, and help: what this person can do now.

Both only tell; whatever can be pressed here can be typed too.
"""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue.flow import ROLES, entry, flow
from bot.dialogue.language import N_, _, isolate
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import meetings, settings, surveys
from storage.meetings import Meeting
from storage.people import Role, State
from storage.transaction import Tx


@flow(
    "home",
    command=N_("/start"),
    about=N_("what you can do now"),
    words=N_("menu, home, start"),
    link="menu",
)
def home(talk: Talk, tx: Tx) -> None:
    """Who is behind the bot, for who has not joined; and buttons for what can be done now."""
    coming = meetings.next_for(tx, talk.person.id, talk.now)
    if talk.person.state != State.MEMBER:
        talk.say(_introduction(tx))
    elif talk.person.name:
        talk.say(_("Hello {name}.").format(name=isolate(talk.person.name, 60)))
    rows = [*_first(talk, tx, coming), *_always(talk, signed_up=coming is not None)]
    if coming is not None and _is_near(talk, coming):
        talk.say(
            _("Coming up: {title}, {when}.").format(
                title=isolate(coming.title, 100), when=talk.when(coming.starts, coming.zone)
            )
        )
    talk.say(_("What do you want to do?"), *rows)


def _introduction(tx: Tx) -> str:
    platform = settings.platform(tx)
    who = _(
        "Hello! I am the chatbot of {platform}. "
        "Here residents work together on their own neighbourhood."
    ).format(platform=platform.name)
    what = _(
        "I am a computer, but there are people behind me. You decide what you tell me. "
        "Only our coordinators see it, and you can have it erased: /privacy"
    )
    return "\n\n".join(part for part in (who, platform.about, what) if part)


def _is_near(talk: Talk, meeting: Meeting) -> bool:
    """Whether the meeting is today or tomorrow, where it takes place."""
    zone = ZoneInfo(meeting.zone)
    return (meeting.starts.astimezone(zone).date() - talk.now.astimezone(zone).date()).days <= 1


def _first(talk: Talk, tx: Tx, coming: Meeting | None) -> list[list[Button]]:
    """What matters most now: tomorrow's meeting, an open survey, joining."""
    rows = []
    if coming is not None and _is_near(talk, coming):
        label = _("See: {title}").format(title=isolate(coming.title, 40))
        rows.append([Button(label, entry("meeting", coming.id))])
    opened = [s for s in surveys.open_for(tx, talk.person.id, talk.now) if not s.finished]
    if len(opened) > 1:
        rows.append([Button(_("Fill in a survey"), entry("surveys"))])
    elif opened:
        label = _("Go on with the survey") if opened[0].started else _("Fill in the survey")
        rows.append([Button(label, entry("survey", opened[0].id))])
    if talk.person.state != State.MEMBER:
        rows.append([Button(_("Become a member"), entry("join"))])
    return rows


def _always(talk: Talk, *, signed_up: bool) -> list[list[Button]]:
    """What can always be done, by role."""
    meeting_row = [Button(_("See the meetings"), entry("meetings"))]
    if signed_up:
        meeting_row.append(Button(_("My meetings"), entry("mymeetings")))
    rows = [meeting_row]
    if talk.person.state == State.MEMBER:
        rows.append([Button(_("My profile"), entry("profile"))])
    rows.append([Button(_("Ask a human"), entry("ask"))])
    rows.append([Button(_("Language"), entry("language")), Button(_("Help"), entry("help"))])
    if talk.person.role in (Role.COORDINATOR, Role.ADMIN):
        rows.append([Button(_("See the results"), entry("results"))])
    if talk.person.role == Role.ADMIN:
        rows.append([Button(_("Roles"), entry("roles")), Button(_("Health"), entry("health"))])
    return rows


COMMANDS: Final = (
    (State.VISITOR, Role.NONE, N_("/join"), N_("become a member")),
    (None, Role.NONE, N_("/survey"), N_("fill in the survey, or go on with it")),
    (None, Role.NONE, N_("/meetings"), N_("see which meetings there are and sign up")),
    (None, Role.NONE, N_("/mymeetings"), N_("see where you are signed up, change it or sign off")),
    (None, Role.NONE, N_("/reminders"), N_("switch reminders on or off")),
    (None, Role.NONE, N_("/ask"), N_("ask a human something")),
    (State.MEMBER, Role.NONE, N_("/profile"), N_("see or change what I know about you")),
    (None, Role.NONE, N_("/language"), N_("choose another language")),
    (None, Role.NONE, N_("/privacy"), N_("read what happens with what you tell me")),
    (None, Role.NONE, N_("/mydata"), N_("get everything that I keep of you")),
    (State.MEMBER, Role.NONE, N_("/leave"), N_("stop being a member")),
    (None, Role.NONE, N_("/forget"), N_("have everything erased")),
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
