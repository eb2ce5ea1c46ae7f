"""The list of who comes to a meeting as a file, for its host alone; each leaves an audit line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot.dialogue.files.spreadsheets import spreadsheet
from bot.dialogue.flow import flow, make_file
from bot.dialogue.language import _, speaking, spoken
from bot.dialogue.meeting_talk.managing import need_words, refuse
from bot.dialogue.messages import Attachment
from bot.dialogue.talk import Talk
from storage import attendees, audit, hosts
from storage.transaction import Tx

MOST_IN_FILE: Final = 100_000


@flow("attendee_file")
def attendee_file(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """All who come as a file for a spreadsheet."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    audit.record(tx, talk.person.id, "meeting.export", f"meeting:{meeting.id}", talk.now)
    made = {"meeting": meeting.id, "language": spoken()}
    return talk.say(
        _(
            "This is the list of who comes. There are names and needs in it. "
            "Keep it to yourself, and throw it away after the meeting."
        ),
        attachment=Attachment("document", _("list.csv"), "attendees", made),
    )


@make_file("attendees")
def attendees_file(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """One line for each sign-up, by name."""
    with speaking(arguments["language"]):
        return spreadsheet(_file_rows(tx, arguments["meeting"]))


def _file_rows(tx: Tx, meeting: int) -> Iterator[list[str | int]]:
    yield [_("Name"), _("Seats"), _("Needs"), _("In their own words"), _("Was there")]
    for one in attendees.attendees(tx, meeting, limit=MOST_IN_FILE, offset=0):
        yield [
            one.name or "",
            one.seats,
            ", ".join(need_words(one.needs or ())),
            one.needs_text or "",
            _("yes") if one.came else "",
        ]
