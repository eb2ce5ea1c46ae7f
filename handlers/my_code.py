"""The square that somebody shows at the door, so that nobody has to look for their name."""

from __future__ import annotations

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import _, n_, number
from bot.dialogue.links import chat_link
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.talk import Talk
from storage import attendance, meetings, rsvps, settings
from storage.meetings import Answer, Meeting
from storage.transaction import Tx


@flow("my_code")
def my_code(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Their own code, as a picture to be scanned; from the day before."""
    meeting = meetings.find(tx, meeting_id)
    mine = rsvps.find(tx, meeting_id, talk.person.id)
    more = [Button(_("My meetings"), entry("mymeetings"))]
    if meeting is None or mine is None or mine.answer != Answer.YES or meeting.is_cancelled:
        return talk.say(_("You have no code: you are not signed up for that meeting."), more)
    if not attendance.has_codes(meeting, talk.now):
        return talk.say(_not_now(talk, meeting), more)
    username = settings.get(tx, "username", "")
    if not username:
        return talk.say(_("I cannot make a code now. Say your name at the door."), more)
    code = attendance.door_code(tx, meeting_id, talk.person.id)
    text = n_(
        "Show this at the door of {title}, {when}. It lets you in.",
        "Show this at the door of {title}, {when}. It lets you in, with {n} people in all.",
        mine.seats,
    ).format(
        title=gatherings.title(meeting),
        when=gatherings.starts(meeting, talk.now),
        n=number(mine.seats),
    )
    link = chat_link(username, f"door-{code}")
    picture = Attachment("photo", "code.png", "qr", {"link": link})
    yours = _("It is yours alone. Your name will do too.")
    return talk.say(f"{text}\n{yours}", more, attachment=picture)


def _not_now(talk: Talk, meeting: Meeting) -> str:
    opens = attendance.codes_from(meeting)
    if talk.now < opens:
        when = talk.when(opens, meeting.zone)
        return _("You can get your code here from {when} on.").format(when=when)
    return _("That meeting is over.")
