"""The numbers of a meeting, and of a whole day with all its places: as text, file and picture.

There are no names in them. Whoever came is counted once somebody was ticked off at the door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.dialogue.files import charts
from bot.dialogue.files.pictures import Drawing
from bot.dialogue.files.spreadsheets import spreadsheet
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import N_, _, isolate, listed, n_, number, speaking, spoken
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse, seats
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import attendance, audit, days, hosts, invitations, meetings, rsvps
from storage.days import PlaceTotals
from storage.meetings import Kind, Meeting
from storage.transaction import Tx

MOST_SHOWN: Final = 40
"""Places in the text; the file has all."""

REASONS: Final[Mapping[str, str]] = {
    "no consent": N_("want no invitations: {n}"),
    "unreachable": N_("cannot be reached: {n}"),
    "paused": N_("asked for a pause: {n}"),
    "night": N_("after the night: {n}"),
    "enough this week": N_("three messages this week already: {n}"),
    "answered already": N_("answered before: {n}"),
    "closed": N_("too late to sign up: {n}"),
    "not for them": N_("not for them: {n}"),
    "gone": N_("no longer here: {n}"),
    "too late": N_("too late to tell: {n}"),
}
"""Why an invitation waits or was not sent, by what is kept of it."""
OTHERWISE: Final = N_("another reason: {n}")


@flow("meeting_report")
def meeting_report(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """How many said what, were invited and came; for a day of each place, and all together."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    audit.record(tx, talk.person.id, "meeting.report", f"meeting:{meeting.id}", talk.now)
    head = [gatherings.title(meeting), gatherings.from_until(meeting, talk.now), ""]
    if meeting.kind != Kind.DAY:
        return talk.say(
            "\n".join([*head, *_numbers(tx, meeting), *_invited(tx, meeting)]),
            [back(meeting)],
        )
    totals = days.totals(tx, meeting.id)
    if not totals:
        return talk.say(_("This day has no places that people see yet."), [back(meeting)])
    return talk.say(
        "\n".join([*head, *_sums(totals), *_invited(tx, meeting), "", *_by_place(totals)]),
        [Button(_("Get it as a file"), entry("report_file", meeting.id))],
        [Button(_("Get it as a picture"), entry("report_picture", meeting.id))],
        [back(meeting)],
    )


def _numbers(tx: Tx, meeting: Meeting) -> list[str]:
    """One meeting: seats, answers, and who came."""
    counts, came = rsvps.counts(tx, meeting.id), attendance.came(tx, meeting.id)
    limit = _("no limit") if meeting.capacity is None else number(meeting.capacity)
    lines = [
        _("Seats: {n}").format(n=limit),
        _("Seats taken: {n}").format(n=number(counts.seats)),
        _("Signed up themselves: {n}").format(n=number(counts.yes)),
        _("Signed up without a phone: {n}").format(n=number(counts.without_phone)),
        _("Maybe: {n}").format(n=number(counts.maybe)),
        _("No: {n}").format(n=number(counts.no)),
        _("In line: {n}").format(n=number(counts.waiting)),
    ]
    if not came.everybody:
        return lines
    return [
        *lines,
        _("Were there: {n}").format(n=number(came.everybody)),
        _("Of whom without signing up: {n}").format(n=number(came.walk_ins)),
        _("Stayed away: {n}").format(n=number(came.no_shows)),
    ]


def _invited(tx: Tx, meeting: Meeting) -> list[str]:
    """How the invitations fare, as far as there were any."""
    found = invitations.report(tx, meeting)
    if not found.invited:
        return []
    lines = [
        _("Invitations: {n}").format(n=number(found.invited)),
        _("Sent: {n}").format(n=number(found.sent)),
    ]
    if found.open:
        lines.append(_("On their way: {n}").format(n=number(found.open)))
    if found.failed:
        lines.append(_("Did not arrive: {n}").format(n=number(found.failed)))
    for said, reasons in ((_("Later: {why}."), found.held), (_("Not sent: {why}."), found.skipped)):
        if reasons:
            lines.append(said.format(why=_reasons(reasons)))
    return ["", *lines]


def _reasons(counted: Mapping[str, int]) -> str:
    told = ((REASONS.get(why, OTHERWISE), n) for why, n in sorted(counted.items()))
    return listed(_(reason).format(n=number(n)) for reason, n in told)


def _sums(totals: Sequence[PlaceTotals]) -> list[str]:
    """All places and parts of a day together."""
    every = [one for one in totals if not one.meeting.is_cancelled]
    places = sum(one.meeting.kind == Kind.PLACE for one in every)
    known = [one.meeting.capacity for one in every if one.meeting.capacity is not None]
    lines = [
        _("Places: {n}").format(n=number(places)),
        _("Seats taken: {n}").format(n=number(sum(one.seats for one in every))),
        _("Maybe: {n}").format(n=number(sum(one.maybe for one in every))),
        _("In line: {n}").format(n=number(sum(one.waiting for one in every))),
    ]
    if len(known) == len(every):
        lines.insert(1, _("Seats: {n}").format(n=number(sum(known))))
    came = sum(one.came for one in every)
    return [*lines, _("Were there: {n}").format(n=number(came))] if came else lines


def _by_place(totals: Sequence[PlaceTotals]) -> list[str]:
    lines = [_place(one) for one in totals[:MOST_SHOWN]]
    more = len(totals) - MOST_SHOWN
    if more > 0:
        said = n_("{n} more is in the file.", "{n} more are in the file.", more)
        lines.append(said.format(n=number(more)))
    return lines


def _place(one: PlaceTotals) -> str:
    title = isolate(one.meeting.title, 40)
    if one.meeting.is_cancelled:
        return _("{title}: cancelled").format(title=title)
    said = [seats(one.seats)]
    if one.meeting.capacity is not None:
        said = [_("{n} of {capacity}").format(n=one.seats, capacity=one.meeting.capacity)]
    if one.waiting:
        said.append(gatherings.in_line(one.waiting).rstrip("."))
    if one.came:
        said.append(n_("{n} was there", "{n} were there", one.came).format(n=number(one.came)))
    return _("{title}: {numbers}").format(title=title, numbers=", ".join(said))


# As a file and as a picture.


@flow("report_file")
def report_file(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """The numbers of a day as a file for a spreadsheet, without names."""
    _send(talk, tx, meeting_id, Attachment("document", _("numbers.csv"), "day_report"))


@flow("report_picture")
def report_picture(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """The seats of a day as a picture with a bar for each place."""
    _send(talk, tx, meeting_id, Attachment("document", _("numbers.png"), "day_chart"))


def _send(talk: Talk, tx: Tx, meeting_id: int, file: Attachment) -> None:
    day = hosts.managed(tx, meeting_id, talk.person.id)
    if day is None or day.kind != Kind.DAY:
        return refuse(talk)
    audit.record(tx, talk.person.id, "meeting.report_file", f"meeting:{day.id}", talk.now)
    made = Attachment(file.kind, file.name, file.maker, {"day": day.id, "language": spoken()})
    return talk.say(_("Here are the numbers. There are no names in them."), attachment=made)


@make_file("day_report")
def day_report(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """One line for each place and part of a day, and one with the sums."""
    with speaking(arguments["language"]):
        return spreadsheet(_rows(days.totals(tx, arguments["day"])))


def _rows(totals: Sequence[PlaceTotals]) -> Iterator[list[str | int]]:
    yield [
        _("Place"), _("Municipality"), _("Cancelled"), _("Seats"), _("Seats taken"), _("Yes"),
        _("Maybe"), _("No"), _("In line"), _("Were there"),
    ]  # fmt: skip
    for one in totals:
        meeting = one.meeting
        limit = "" if meeting.capacity is None else meeting.capacity
        off = _("yes") if meeting.is_cancelled else ""
        place = name_of(meeting.municipality) if meeting.municipality else None
        yield [meeting.title, place or "", off, limit, *_counted(one)]
    sums = [sum(column) for column in zip(*(_counted(one) for one in totals), strict=True)]
    yield [_("Together"), "", "", "", *sums]


def _counted(one: PlaceTotals) -> list[int]:
    return [one.seats, one.yes, one.maybe, one.no, one.waiting, one.came]


@make_file("day_chart")
def day_chart(tx: Tx, arguments: Mapping[str, Any]) -> Drawing:
    """A sheet with a bar for each place: what is taken of its seats."""
    with speaking(arguments["language"]):
        day = meetings.find(tx, arguments["day"])
        bars = [
            charts.Bar(one.meeting.title, one.seats, one.meeting.capacity)
            for one in days.totals(tx, arguments["day"])
            if not one.meeting.is_cancelled
        ]
        title = day.title if day is not None else ""
        return Drawing((("numbers.png", charts.bars(title, _("Seats taken"), bars)),))
