"""Planning a meeting: asked, looked over, made as a draft, seen as residents see it, published.

Nothing is made before all of it is right; what is made is a draft until somebody publishes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _
from bot.dialogue.meeting_talk import plans
from bot.dialogue.meeting_talk.gatherings import title as named
from bot.dialogue.meeting_talk.plan_summary import (
    Lines,
    contact_line,
    look_over,
    more_lines,
    seats_line,
    times_lines,
    where_lines,
)
from bot.dialogue.meeting_talk.plans import More, Times, Where
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time.moment_checks import moment
from bot.dialogue.typed_time.wall_clock import aware, wall
from storage import meetings, people, planning
from storage.meetings import Kind, Meeting, MeetingFacts, Status
from storage.transaction import Tx


@flow(
    "new_meeting",
    title=N_("planning a meeting"),
    command=N_("/newmeeting"),
    about=N_("plan a meeting, or a day with places"),
    words=N_("new meeting, plan a meeting"),
    role="coordinator",
)
def new_meeting(talk: Talk, tx: Tx) -> Then:
    """Plan a meeting; a day with places has a talk of its own."""
    kinds = {"one": _("One meeting"), "day": _("A day with many places")}
    if talk.choose("kind", _("What do you want to plan?"), kinds) == "day":
        return talk.then("new_day")
    plan = _asked(talk)
    look_over(talk, _("This is the meeting:"), _lines(talk, plan))
    made = planning.make(tx, _facts(plan), talk.person.id, talk.now)
    talk.say(_("I have made a draft of it. This is how people will see it:"))
    return talk.then("meeting", meeting_id=made.id).then("publish_meeting", meeting_id=made.id)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was answered."""

    title: str
    text: str
    times: Times
    where: Where
    seats: int | None
    contact: str | None
    more: More


def _asked(talk: Talk) -> _Plan:
    title = plans.ask_title(talk, _("What is the meeting called?"))
    text = plans.ask_text(talk, _("What will you do there? A few sentences are enough."))
    times = plans.ask_times(
        talk, _("When is it? Type the day and the time together.\nFor example: {example}")
    )
    where = plans.ask_where(talk)
    seats = plans.ask_seats(talk)
    contact = plans.ask_contact(talk)
    return _Plan(title, text, times, where, seats, contact, plans.ask_more(talk, times, where))


def _lines(talk: Talk, plan: _Plan) -> Lines:
    return {
        "title": (_("Title"), plan.title),
        "text": (_("Text"), plan.text or _("none")),
        **times_lines(talk, plan.times, plan.more.zone),
        **where_lines(plan.where),
        "seats": seats_line(plan.seats),
        "contact": contact_line(plan.contact),
        **more_lines(talk, plan.more),
    }


def _facts(plan: _Plan) -> MeetingFacts:
    return MeetingFacts(
        key=None,
        title=plan.title,
        text=plan.text,
        start=plan.times.start,
        end=plan.times.end,
        place=plan.where.place and plans.in_full(plan.where.place, plan.where.municipality),
        municipality=plan.where.municipality,
        link=plan.where.link,
        capacity=plan.seats,
        host_name=plan.contact,
        status=Status.DRAFT,
        **plan.more.facts(),
    )


# Publishing.


@flow("publish_meeting", title=N_("publishing a meeting"))
def publish_meeting(talk: Talk, tx: Tx, meeting_id: int) -> Then | None:
    """Let residents see a meeting: now, later, or not yet."""
    meeting = meetings.find(tx, meeting_id)
    person = people.find(tx, talk.person.id)
    if meeting is None or person is None or not meetings.may_manage(tx, meeting, person):
        talk.say(_("You cannot publish this meeting. Ask a coordinator: /ask"))
        return None
    if meeting.parent is not None:
        return talk.then("publish_meeting", meeting_id=meeting.parent)
    if (why := _settled(talk, meeting)) is not None:
        talk.say(why, *_onwards(meeting))
        return None
    how = talk.choose("how", _question(talk, meeting), _ways(meeting))
    if how == "keep":
        all_of_them = Button(_("All that I run"), entry("manage"))
        kept = _("Fine. You find it among the meetings that you run.")
        talk.say(kept, *_onwards(meeting), [all_of_them])
        return None
    at = None
    if how == "later":
        latest = wall(meeting.starts, meeting.zone)
        check = moment(meeting.zone, talk.now, latest=latest)
        asked = talk.ask("at", _("When shall I publish it? Type the day and the time."), check)
        at = aware(asked, meeting.zone).astimezone(UTC)
    planning.publish(tx, meeting.id, talk.person.id, talk.now, at)
    told = _("Done: people can see {title} now.")
    if at is not None:
        told = _("Done: people can see {title} from {when} on.")
    when = talk.when(at, meeting.zone) if at is not None else ""
    talk.say(told.format(title=named(meeting), when=when), *_onwards(meeting, invites=at is None))
    return None


def _settled(talk: Talk, meeting: Meeting) -> str | None:
    """Why there is nothing to publish; None if there is."""
    if meeting.is_cancelled:
        return _("This meeting was cancelled, so it cannot be published.")
    if meetings.visible(meeting, talk.now):
        return _("People can see {title} already.").format(title=named(meeting))
    if meeting.starts <= talk.now:
        return _("{title} has begun already, so it cannot be published.").format(
            title=named(meeting)
        )
    return None


def _question(talk: Talk, meeting: Meeting) -> str:
    known = {"title": named(meeting)}
    if meeting.status == Status.ON and meeting.publishes is not None:
        told = _("{title} will be published {when}. What shall I do?")
        return told.format(when=talk.when(meeting.publishes, meeting.zone), **known)
    if meeting.kind == Kind.DAY:
        return _("{title} is a draft, with all its places. Shall I publish it?").format(**known)
    return _("{title} is a draft. Shall I publish it?").format(**known)


def _ways(meeting: Meeting) -> dict[str, str]:
    waits = meeting.status == Status.ON
    return {
        "now": _("Publish now"),
        "later": _("Publish at another time") if waits else _("Publish later"),
        "keep": _("Leave it like this") if waits else _("Keep it as a draft"),
    }


def _onwards(meeting: Meeting, *, invites: bool = False) -> list[list[Button]]:
    rows = [[Button(_("Invite people"), entry("invite", meeting.id))]] if invites else []
    look = Button(_("Show it"), entry("meeting", meeting.id))
    run = Button(_("Change or run it"), entry("manage_meeting", meeting.id))
    return [*rows, [look, run]]
