"""What people can do with an announcement that they got: follow a button, ask why, stop, answer.

Stopping works at once and is as easy as agreeing; agreeing again is asked in the words of joining.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue.announcing.audience_words import whom
from bot.dialogue.announcing.headlines import headline
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, day, isolate, n_, speaking, spoken
from bot.dialogue.membership import PERMISSIONS, asked
from bot.dialogue.messages import Button
from bot.dialogue.phrases import said_stop
from bot.dialogue.talk import Talk
from storage import audience, digests, meetings, news, people, settings, surveys, taps
from storage.news import Item, Pressed
from storage.people import Consent, Purpose
from storage.transaction import Tx

WEEKS: Final = 4
ALL: Final = "all"
"""Every purpose for which announcements come."""
SERVICE: Final = "service"


# A button.


@flow("tap")
def tap(talk: Talk, tx: Tx, announcement: int, button: int) -> Then | None:
    """Go where a button leads, and count who did; before it was sent it leads nowhere.

    Who looks at a message before it goes has buttons that lead straight to where they go.
    """
    pressed = news.button(tx, announcement, button, talk.person.id)
    if pressed is None:
        talk.say(_("That button does not work any more."), [_menu()])
        return None
    if pressed.counts:
        taps.tap(tx, announcement, button, talk.person.id)
    return _go(talk, tx, pressed)


def _go(talk: Talk, tx: Tx, pressed: Pressed) -> Then | None:
    if pressed.kind == "meeting":
        if meetings.find(tx, int(pressed.value)) is not None:
            return talk.then("meeting", meeting_id=int(pressed.value))
        talk.say(
            _("That meeting is not there any more. See what else is coming up."),
            [Button(_("See the meetings"), entry("meetings"))],
        )
    else:
        if surveys.find(tx, int(pressed.value)) is not None:
            return talk.then("survey", survey_id=int(pressed.value))
        talk.say(_("That survey is not there any more."), [_menu()])
    return None


def _menu() -> Button:
    return Button(_("Go to the menu"), entry("home"))


# Why it came.


@flow("why_announcement")
def why_announcement(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Who sent something, to whom and when, why this person got it, and how to get less."""
    item = news.find(tx, announcement_id)
    if item is None or not _concerned(talk, tx, item):
        return talk.say(
            _("I do not know any more to whom that message went, or it was not sent to you."),
            *_less(talk, tx, Purpose.NEWS),
        )
    said = [
        _sent(talk, tx, item),
        _because(talk, tx, item.purpose),
        _chose_no_topic(talk, tx, item),
        _("Telegram tells nobody whether you have read it."),
    ]
    if item.purpose != SERVICE:
        return talk.say("\n\n".join(filter(None, said)), *_less(talk, tx, item.purpose))
    return talk.say(
        "\n\n".join(filter(None, said)), _meeting_of(item), [Button(_("Ask a human"), entry("ask"))]
    )


def _meeting_of(item: Item) -> list[Button]:
    """The meeting that something is about: the one of which the people are meant."""
    only = audience.load(item.audience).only
    about = [one.value.partition(":")[0] for one in only if one.kind == audience.Kind.MEETING]
    return [Button(_("See the meeting"), entry("meeting", about[0]))] if about else []


def _concerned(talk: Talk, tx: Tx, item: Item) -> bool:
    return item.is_public or news.was_sent(tx, item.id, talk.person.id)


def _sent(talk: Talk, tx: Tx, item: Item) -> str:
    writer = people.find(tx, item.made_by) if item.made_by is not None else None
    facts = {
        "name": isolate(writer.name, 60) if writer is not None and writer.name else "",
        "platform": isolate(settings.platform(tx).name, 60),
        "when": talk.when(item.begun),
        "whom": whom(item.audience or {}, lambda number: _title(tx, number)),
    }
    if facts["name"]:
        return _("{name} of {platform} sent this on {when}. It went to: {whom}.").format(**facts)
    return _("{platform} sent this on {when}. It went to: {whom}.").format(**facts)


def _title(tx: Tx, meeting: int) -> str:
    found = meetings.find(tx, meeting)
    return found.title if found is not None else _("a meeting that is not there any more")


def _because(talk: Talk, tx: Tx, purpose: str) -> str:
    if purpose == SERVICE:
        return _(
            "You got it because it is about a meeting that you signed up for, or that you stand in "
            "line for. If you sign off, you get no more about it."
        )
    given = people.consents_of(tx, talk.person.id).get(purpose)
    if given is None or not given.given:
        return _("You do not get messages like this any more.")
    on = day(given.at.astimezone(talk.zone).date())
    if purpose == Purpose.SURVEY:
        return _(
            "You got it because you said, on {day}, that I may ask you what is going on in your "
            "neighbourhood."
        ).format(day=on)
    return _(
        "You got it because you said, on {day}, that I may send you invitations and news. "
        "You get at most three messages a week, and none at night."
    ).format(day=on)


def _chose_no_topic(talk: Talk, tx: Tx, item: Item) -> str:
    """Why it comes to somebody who follows no topic, where it went to who follows one."""
    only = audience.load(item.audience).only
    if not any(one.value.startswith(f"{news.TOPIC}:") for one in only):
        return ""
    if news.followed(tx, talk.person.id).topics:
        return ""
    return _("You have not chosen any topics, so you get the news about all of them.")


def _less(talk: Talk, tx: Tx, purpose: str) -> list[list[Button]]:
    """The ways to get less; the end of this kind first, as that is what most come for.

    Nothing is offered to be ended that does not come any more.
    """
    gets = [one for one in _purposes(ALL) if people.agrees(tx, talk.person.id, one)]
    rows = []
    if purpose in gets:
        rows.append([Button(_stop(purpose), entry("stop_announcements", purpose))])
    if purpose in gets and purpose == Purpose.NEWS:
        rows.append([Button(_("Only some topics"), entry("follow", "topics"))])
        if not digests.is_chosen(tx, talk.person.id):
            rows.append([Button(_("Rather once a week"), entry("follow", "weekly"))])
    if gets:
        pause = n_("Nothing for {n} week", "Nothing for {n} weeks", WEEKS).format(n=WEEKS)
        rows.append([Button(pause, entry("pause_invitations", WEEKS))])
        rows.append([Button(_("Nothing at all any more"), entry("stop_announcements", ALL))])
    else:
        rows.append([Button(_("Change what I get"), entry("preferences"))])
    return [*rows, [Button(_("Ask a human"), entry("ask"))]]


def _stop(purpose: str) -> str:
    return _("No more surveys") if purpose == Purpose.SURVEY else _("No more news")


# Stopping it, and the way back.


@flow("stop_announcements")
def stop_announcements(talk: Talk, tx: Tx, purpose: str) -> None:
    """Take back the permission for one kind of message or for all, at once."""
    if purpose == SERVICE:
        return talk.say(
            _("That was about a meeting that you signed up for. Sign off if you do not come."),
            [Button(_("My meetings"), entry("mymeetings"))],
        )
    for each in _purposes(purpose):
        if people.agrees(tx, talk.person.id, each):
            _record(talk, tx, each, given=False)
    return talk.say(
        f"{_stopped(purpose)} {_goes_on()}",
        [Button(_("Undo that"), entry("agree", _known(purpose)))],
        [_menu()],
    )


def _purposes(purpose: str) -> tuple[Purpose, ...]:
    every = (Purpose.NEWS, Purpose.SURVEY)
    return tuple(one for one in every if one == purpose) or every


def _known(purpose: str) -> str:
    return purpose if purpose in (Purpose.NEWS, Purpose.SURVEY) else ALL


def _stopped(purpose: str) -> str:
    match _known(purpose):
        case Purpose.NEWS:
            return _("Good. You get no more news and no more invitations.")
        case Purpose.SURVEY:
            return _("Good. I do not ask you to fill in surveys any more.")
        case _:
            return _("Good. You get no news, no invitations and no surveys any more.")


def _goes_on() -> str:
    return _("What you sign up for goes on as always: reminders, changes and answers to you.")


@flow("agree", title=N_("choosing what I may send you"))
def agree(talk: Talk, tx: Tx, purpose: str) -> None:
    """Agree again to what was stopped, asked in the same words as the first time."""
    said = {one: talk.confirm(one, asked(one)) for one in _purposes(purpose)}
    for one, given in said.items():
        if given != people.agrees(tx, talk.person.id, one):
            _record(talk, tx, one, given=given)
    if any(said.values()):
        return talk.say(
            _("Good. From now on I send you that."),
            [Button(_("Change what I get"), entry("preferences"))],
            [_menu()],
        )
    return talk.say(_("Fine. I send you nothing of that."), [_menu()])


def _record(talk: Talk, tx: Tx, purpose: Purpose, *, given: bool) -> None:
    version = PERMISSIONS[purpose].version
    way = "announcement"
    consent = Consent(purpose, given, version, talk.person.language, way, talk.now)
    people.record_consent(tx, talk.person.id, consent)


# Answering it.


@flow("reply_to_announcement", reply="announcement")
def reply_to_announcement(talk: Talk, tx: Tx, announcement_id: int, text: str) -> Then:
    """A reply to an announcement is a question to a human, which says what it is about.

    It says so in the language of those who answer. But who only says stop wants no more of this.
    """
    item = news.find(tx, announcement_id)
    if said_stop(text):
        purpose = item.purpose if item is not None else Purpose.NEWS
        return talk.then("stop_announcements", purpose=purpose)
    if item is None or not _concerned(talk, tx, item):
        return talk.then("ask_on", text=text)
    ours = next(iter(settings.platform(tx).languages), spoken())
    with speaking(ours):
        about = _("About the message “{title}”:\n{text}").format(
            title=headline(item.content, 60), text=text.strip()
        )
    return talk.then("ask_on", text=about)
