"""Who may do more: codes that make coordinators and admins, and taking a role away again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.flow import ROLES, Rendered, Then, entry, flow, render
from bot.dialogue.language import N_, _, isolate, n_, speaking
from bot.dialogue.messages import Button, Message, PutOff
from bot.dialogue.talk import Talk
from storage import audit, codes, outbox, people, roles, settings
from storage.gate import Why
from storage.outbox import Promise
from storage.people import Person, Role
from storage.reminder_times import by_day
from storage.roles import Taken
from storage.transaction import Tx

MOST_WRONG: Final = 5
"""Wrong codes within an hour, after which none is looked at for an hour."""
HOUR: Final = timedelta(hours=1)
DAYS: Final = 7
"""How long a link is good for."""
A_PAGE: Final = 8
WRONG: Final = "code.wrong"


# Getting a role.


@flow("admin", command=N_("/admin"), link="role")
def admin(talk: Talk, tx: Tx, code: str = "") -> Then | None:
    """The role that a one-time code gives. A code is never asked for: talks are kept."""
    if not code:
        talk.say(_("Type your code behind it, like this: /admin CODE"))
        return None
    tx.lock(f"codes:{talk.person.id}")
    if _tried_too_often(talk, tx):
        talk.say(_("You have sent too many wrong codes. Try it again in an hour."))
        return None
    offered = codes.role_of(tx, code, talk.now)
    if offered is not None and ROLES.index(talk.person.role) >= ROLES.index(offered):
        talk.say(_("You can do all of that already. Somebody else may still use this code."))
        return None
    given = codes.use(tx, code, talk.now)
    if given is None:
        audit.record(tx, talk.person.id, WRONG, None, talk.now)
        talk.say(_("That code does not work. It is mistyped, used or too old. Ask for a new one."))
        return None
    roles.give(tx, talk.person.id, given, talk.now)
    talk.say(_given(given))
    return talk.then("open_questions")


def _tried_too_often(talk: Talk, tx: Tx) -> bool:
    tries = audit.newest(tx, talk.person.id, WRONG, MOST_WRONG)
    if len(tries) < MOST_WRONG:
        return False
    return tries[0] - tries[-1] < HOUR and talk.now - tries[0] < HOUR


def _given(role: Role) -> str:
    match role:
        case Role.ADMIN:
            return _("You are an admin now. You can do what coordinators do, and look after roles.")
        case _:
            return _("You are a coordinator now. You see results, and get people's questions.")


# Giving roles, and taking them away.


@flow(
    "roles",
    command=N_("/roles"),
    about=N_("make somebody a coordinator or admin, or end that"),
    role="admin",
)
def overview(talk: Talk, tx: Tx, page: int = 1) -> None:
    """Who has a role, with a button to take it away, and buttons to give one.

    The buttons of people come first: their number in the list can be typed, and is the button's.
    """
    team = people.with_role(tx, Role.COORDINATOR, Role.ADMIN)
    pages = max(1, -(-len(team) // A_PAGE))
    page = min(max(page, 1), pages)
    shown = list(enumerate(team[(page - 1) * A_PAGE : page * A_PAGE], 1))
    lines = "\n".join(_line(place, one) for place, one in shown)
    turns = ((-1, _("Previous page")), (1, _("Next page")))
    total = n_("{n} person has a role:", "{n} people have a role:", len(team)).format(n=len(team))
    talk.say(
        _("{total}\n{lines}\n\nWhat do you want to do?").format(total=total, lines=lines),
        *([Button(_end(place, one), entry("end_role", one.id))] for place, one in shown),
        [Button(_("Make a coordinator"), entry("new_role", Role.COORDINATOR))],
        [Button(_("Make an admin"), entry("new_role", Role.ADMIN))],
        [
            Button(label, entry("roles", page + step))
            for step, label in turns
            if 1 <= page + step <= pages
        ],
    )


def _line(place: int, one: Person) -> str:
    if one.role == Role.ADMIN:
        return _("{place}. {name}, admin").format(place=place, name=_name(one))
    return _("{place}. {name}, coordinator").format(place=place, name=_name(one))


def _end(place: int, one: Person) -> str:
    return _("{place}. End the role of {name}").format(place=place, name=_name(one, 24))


def _name(one: Person, most: int = 60) -> str:
    if one.name:
        return isolate(one.name, most)
    return _("somebody without a name (number {number})").format(number=one.id)


@flow("new_role", role="admin")
def new_role(talk: Talk, tx: Tx, role: str) -> None:
    """A link that makes one person a coordinator or an admin."""
    if role not in (Role.COORDINATOR, Role.ADMIN):
        return talk.say(_("That role is not there."), [Button(_("Roles"), entry("roles"))])
    until = talk.now + timedelta(days=DAYS)
    code = codes.make(tx, Role(role), talk.person.id, talk.now, until)
    audit.record(tx, talk.person.id, "code.make", f"role:{role}", talk.now)
    username = settings.get(tx, "username")
    way = f"https://t.me/{username}?start=role-{code}" if username else f"/admin {code}"
    if role == Role.ADMIN:
        said = _(
            "This makes one person an admin. Give it to nobody else:\n\n{way}\n\n"
            "It works once, until {when}."
        )
    else:
        said = _(
            "This makes one person a coordinator. Give it to nobody else:\n\n{way}\n\n"
            "It works once, until {when}."
        )
    return talk.say(said.format(way=way, when=talk.when(until)))


@flow("end_role", title=N_("ending a role"), role="admin")
def end_role(talk: Talk, tx: Tx, person_id: int) -> None:
    """Take somebody's role away, after asking; there is always an admin left."""
    one = people.find(tx, person_id)
    if one is None or one.role == Role.NONE:
        return _said(talk, _("They have no role any more."))
    question = _(
        "End the role of {name}? They keep their membership. "
        "Links that they made and nobody used stop working."
    )
    if not talk.confirm(
        "sure", question.format(name=_name(one)), yes=_("Yes, end it"), no=_("No, leave it")
    ):
        return _said(talk, _("Fine. Nothing has changed."))
    match roles.take_away(tx, talk.person.id, one.id, talk.now):
        case Taken.DONE:
            return _taken(talk, tx, one)
        case Taken.LAST_ADMIN:
            return _said(talk, _("That is the last admin. Make somebody else an admin first."))
        case Taken.NO_ROLE:
            return _said(talk, _("They have no role any more."))
        case Taken.NOT_ALLOWED:
            return talk.say(_("You are not an admin any more. Nothing has changed."))


def _taken(talk: Talk, tx: Tx, one: Person) -> None:
    if one.id == talk.person.id:
        return talk.say(_("Your role has ended."), [Button(_("Go to the menu"), entry("home"))])
    key = f"role:{one.id}:{talk.now.isoformat()}"
    outbox.promise(tx, Promise(key, one.chat, "role_ended", {"person": one.id}, talk.now), talk.now)
    return _said(talk, _("The role of {name} has ended. I tell them.").format(name=_name(one)))


def _said(talk: Talk, text: str) -> None:
    talk.say(text, [Button(_("Roles"), entry("roles"))])


@render("role_ended")
def role_ended(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """Tell somebody that their role has ended, unless they have one again; by day."""
    one = people.find(tx, arguments["person"])
    if one is None or one.role != Role.NONE:
        return None
    at = by_day(now, settings.platform(tx).zone)
    if at > now:
        return PutOff(at, Why.NIGHT)
    with speaking(one.language):
        return Message(
            _("An admin has ended your role. Everything else stays as it was for you."),
            ((Button(_("Go to the menu"), entry("home")), Button(_("Ask a human"), entry("ask"))),),
        )
