"""Writing to many: to whom, what and when; looked over, counted, and sent only after a yes.

Every answer is kept with the draft at once, so one can stop and go on another day. Nothing that
people could get is written before the last question is answered; then it is planned, or a second
coordinator is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.announcing import summary, sureness
from bot.dialogue.announcing.audience_questions import Audience as To
from bot.dialogue.announcing.audience_questions import Given, ask_audience, audience_of, groups, put
from bot.dialogue.announcing.desk import Desk
from bot.dialogue.announcing.letter import Content
from bot.dialogue.announcing.preview import preview
from bot.dialogue.announcing.summary import Counted
from bot.dialogue.announcing.text_questions import ask_text, content_of
from bot.dialogue.announcing.when_questions import Due, ask_late, ask_when, late_until
from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _
from bot.dialogue.paging import Paged
from bot.dialogue.questions import OneOf, Several
from bot.dialogue.talk import Talk
from storage import (
    announcements,
    audience,
    audiences,
    audit,
    drafts,
    meetings,
    people,
    settings,
    surveys,
)
from storage.announcements import Announcement, State
from storage.meetings import Meeting
from storage.people import Person, Role
from storage.reminder_times import is_night, morning_after
from storage.surveys import Survey
from storage.transaction import Tx

MOST_SURVEYS: Final = 50
TO_UNDO: Final = timedelta(seconds=60)
AGAIN: Final = timedelta(hours=12)
"""The same words to the same people within this time are asked about."""
SECOND_ABOVE: Final = 250
"""Above so many people two look at it, where the settings say nothing else."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was answered, and what it comes to now."""

    of: Announcement
    given: Given
    content: Content
    to: To
    purpose: str
    due: Due
    counted: Counted


@flow(
    "compose",
    title=N_("writing to many people"),
    role="coordinator",
    answers=drafts.DRAFTS,
)
def compose(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Write one: each question in turn, a look at it, the count, and only then a yes."""
    found = announcements.find(tx, announcement_id)
    if found is None or found.state != State.DRAFT:
        return _as_it_is(talk, tx, found)
    talk.say(_greeting(talk, tx, found))
    desk = Desk(_Shelf(talk, tx), talk, found.id)
    plan = _asked(talk, tx, desk, found)
    _preview(talk, tx, plan)
    parts = summary.lines(talk, desk, plan.given, plan.due)
    question, send = summary.last_question(plan.counted, plan.due)
    if not summary.look_over(talk, parts, plan.given, question, send):
        return sureness.kept(talk, found.id)
    if not _once_more(talk, tx, plan):
        return sureness.left(talk, found.id)
    colleagues = _colleagues(talk, tx, plan)
    return _settle(talk, tx, plan, colleagues)


def _greeting(talk: Talk, tx: Tx, found: Announcement) -> str:
    if drafts.answers(tx, found.id):
        return _("We go on with your message. At the end you can still change all of it.")
    return _(
        "You write to many people. I keep every answer at once. So you can stop and go on later."
    )


def _asked(talk: Talk, tx: Tx, desk: Desk, found: Announcement) -> _Plan:
    given: Given = {}
    kinds = desk.kinds()
    only = None if len(kinds) > 1 and not talk.knows("to.0") else "news"
    what = put(talk, given, OneOf("what", _("What will you write?"), kinds), only)
    if what == "meeting":
        put(talk, given, Paged("about", _("About which meeting?"), desk.meetings()))
        put(talk, given, Several("groups", _("Which of its people?"), groups()))
    else:
        if what == "survey":
            put(talk, given, Paged("survey", _("Which survey?"), desk.surveys()))
        ask_audience(talk, desk, given)
    ask_text(talk, desk, given)
    ask_late(talk, given)
    due = ask_when(talk, desk, given)
    _before_it_closes(talk, tx, given, due)
    to, purpose = audience_of(given), summary.asked_of(given)
    counted = desk.count(to, purpose)
    if _limits(tx).get("paid_broadcast"):
        summary.ask_paid(talk, given, counted)
    return _Plan(found, given, content_of(given, desk), to, purpose, due, counted)


def _before_it_closes(talk: Talk, tx: Tx, given: Given, due: Due) -> None:
    """Nobody is invited to a survey that has closed by then: the moment is asked again."""
    survey = surveys.find(tx, int(given["survey"])) if given["what"] == "survey" else None
    closes = survey.closes if survey is not None else None
    if closes is not None and due.at is not None and due.at >= closes:
        told = _("The survey closes {when}. Choose an earlier moment.")
        talk.say(told.format(when=talk.when(closes)))
        inside = (key for key in given if key.startswith("when."))
        talk.change("when", *inside, was=given["when"])


def _limits(tx: Tx) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = settings.get(tx, "announcements", {})
    return kept


def _preview(talk: Talk, tx: Tx, plan: _Plan) -> None:
    by = people.find(tx, talk.person.id)
    sender = (by.name if by is not None else None) or ""
    platform = settings.platform(tx).name
    preview(talk, plan.content, plan.of.id, plan.purpose, sender=sender, platform=platform)


# Surely?


def _once_more(talk: Talk, tx: Tx, plan: _Plan) -> bool:
    """Whether the same words shall go to the same people once more, if they did before."""
    this = replace(plan.of, fingerprint=announcements.fingerprint(plan.content, plan.to))
    before = announcements.same(tx, this, talk.now - AGAIN)
    if before is None:
        return True
    planned = before.state == State.PLANNED
    return sureness.ask_same(talk, _name(tx, before.made_by), before.changed, planned=planned)


def _name(tx: Tx, person: int | None) -> str:
    found = people.find(tx, person) if person is not None else None
    return sureness.name_of(found.name if found is not None else None)


def _colleagues(talk: Talk, tx: Tx, plan: _Plan) -> list[Person]:
    """Who is asked to look at it first; nobody where few get it, or the number was typed."""
    if plan.counted.get <= _limits(tx).get("second_person_above", SECOND_ABOVE):
        return []
    team = people.with_role(tx, Role.COORDINATOR, Role.ADMIN)
    others = [one for one in team if one.reachable and one.id != talk.person.id]
    asks = sureness.ask_second(talk, plan.counted, alone=not others)
    return others if asks else []


# It is planned.


def _settle(talk: Talk, tx: Tx, plan: _Plan, colleagues: list[Person]) -> None:
    number_of, due = plan.of.id, _due(talk, plan)
    written = _write(talk, tx, plan, due)
    if written and colleagues:
        done = announcements.ask(tx, number_of, talk.now, plan.due.at if due else None)
    else:
        done = written and announcements.plan(tx, number_of, due, talk.person.id, talk.now)
    if not done:
        return _as_it_is(talk, tx, announcements.find(tx, number_of))
    action = "announcement.ask" if colleagues else "announcement.plan"
    audit.record(tx, talk.person.id, action, f"announcement:{number_of}", talk.now)
    if colleagues:
        return sureness.waits(talk, number_of, [_name(tx, one.id) for one in colleagues])
    return sureness.on_its_way(talk, number_of, plan.due.at)


def _due(talk: Talk, plan: _Plan) -> datetime | None:
    """When it begins; None where that moves along with a meeting. There is a minute to undo it."""
    if plan.due.minutes is not None:
        return None
    soonest = talk.now + TO_UNDO
    return max(plan.due.at or soonest, soonest)


def _write(talk: Talk, tx: Tx, plan: _Plan, due: datetime | None) -> bool:
    """What is sent, as it is read from now on; False if somebody was first.

    Who says yes to it is who sends it, also where a colleague began the draft.
    """
    starts = due or plan.due.at or talk.now
    late = late_until(plan.given, starts)
    about = int(plan.given["about"]) if plan.given["what"] == "meeting" else None
    return announcements.write(
        tx,
        plan.of.id,
        content=plan.content,
        audience=plan.to,
        purpose=plan.purpose,
        meeting=plan.due.meeting or about,
        minutes=plan.due.minutes,
        useful_until=_useful_until(tx, plan, starts, late),
        late_until=late,
        is_news=plan.given.get("news") == "yes" and plan.given["what"] == "news",
        paid=plan.given.get("paid") == "yes",
        now=talk.now,
        by=talk.person.id,
    )


def _useful_until(tx: Tx, plan: _Plan, starts: datetime, late: datetime | None) -> datetime | None:
    """Until when what had to wait may still come; what moves along with a meeting has no end."""
    if plan.due.minutes is not None:
        return None
    ends: dict[str, datetime | None] = {}
    if plan.given["what"] == "survey":
        survey = surveys.find(tx, int(plan.given["survey"]))
        ends["survey"] = survey.closes if survey is not None else None
    if plan.given["what"] == "meeting":
        meeting = meetings.find(tx, int(plan.given["about"]))
        ends["meeting"] = meeting.ends if meeting is not None else None
    until = summary.useful_until(starts, ends)
    return max(until, late) if late is not None else until


def _as_it_is(talk: Talk, tx: Tx, found: Announcement | None) -> None:
    """The true answer to who comes to a draft that is none any more."""
    if found is None or found.state == State.DROPPED:
        return sureness.thrown_away(talk)
    name = _name(tx, found.approved_by or found.made_by)
    return sureness.as_it_is(talk, found, name, announcements.due_of(tx, found))


# What the questions look up.


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the questions find what they offer."""

    talk: Talk
    tx: Tx

    def languages(self) -> Sequence[str]:
        return settings.platform(self.tx).languages

    def managed(self, most: int) -> list[Meeting]:
        who = people.find(self.tx, self.talk.person.id)
        return meetings.managed_by(self.tx, who, self.talk.now, most) if who else []

    def coming(self, most: int) -> list[Meeting]:
        return meetings.upcoming(self.tx, self.talk.now, most)

    def meeting(self, meeting: int) -> Meeting | None:
        return meetings.find(self.tx, meeting)

    def surveys(self) -> list[Survey]:
        now = self.talk.now
        every = surveys.newest(self.tx, MOST_SURVEYS)
        return [one for one in every if one.has_opened(now) and not one.has_closed(now)]

    def neighbourhoods(self, municipality: str) -> list[str]:
        return audiences.neighbourhoods(self.tx, municipality)

    def count(self, to: To, purpose: str) -> Counted:
        return audience.count(self.tx, audience.load(to), purpose)

    def begins(self, meeting: int, minutes: int) -> datetime | None:
        found = meetings.find(self.tx, meeting)
        if found is None or found.is_cancelled:
            return None
        return announcements.moment_of(found, minutes)

    def morning_after(self, moment: datetime) -> datetime | None:
        zone = settings.platform(self.tx).zone
        return morning_after(moment, zone) if is_night(moment, zone) else None
