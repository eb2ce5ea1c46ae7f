"""All announcements, newest first, and everything about one of them.

Of its readers only numbers are told: Telegram tells nobody whether a message was read, and few
presses of a button stay hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from bot.dialogue.announcing import audience_words, drafted, progress, report
from bot.dialogue.announcing.letter import first_words, loaded
from bot.dialogue.announcing.preview import preview as show
from bot.dialogue.announcing.when_questions import said_offset
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, language_name, listed, number
from bot.dialogue.messages import Button, as_plain, cut
from bot.dialogue.talk import Talk
from storage import (
    announcements,
    drafts,
    meetings,
    recipients,
    sending_notices,
    sendings,
    settings,
    taps,
)
from storage.announcements import Announcement, State
from storage.sendings import Kind, Sending
from storage.sendings import State as Stage
from storage.transaction import Tx

A_PAGE: Final = 8
MOST_SHOWN: Final = 600
"""UTF-16 units of the text that are shown among the facts."""
MOST_CHANGES: Final = 2
"""So many corrections, the newest, are told of beside the sending itself."""


@flow(
    "announcements",
    command=N_("/announcements"),
    about=N_("messages to many, and how they went"),
    words=N_("announcements, messages, sent messages"),
    role="coordinator",
)
def overview(talk: Talk, tx: Tx, page: int = 1) -> None:
    """All of them with their state, eight at a time."""
    page = max(page, 1)
    before = (page - 1) * A_PAGE
    found = announcements.overview(tx, A_PAGE + 1, before)
    write = [Button(_("Write a new message"), entry("announce", 1))]
    if not found:
        return talk.say(_("There are no messages yet."), write)
    shown = list(enumerate(found[:A_PAGE], before + 1))
    lines = [
        _("{place}. {title}\n{state}").format(
            place=place, title=_title(tx, one), state=_state(talk, tx, one)
        )
        for place, one in shown
    ]
    buttons = [
        Button(_("More about {n}").format(n=place), entry("announcement", one.id))
        for place, one in shown
    ]
    steps = (
        (page - 1, _("Newer ones"), page > 1),
        (page + 1, _("Older ones"), len(found) > A_PAGE),
    )
    return talk.say(
        "\n\n".join([_("Messages to many people, the newest first:"), *lines]),
        *(buttons[n : n + 2] for n in range(0, len(buttons), 2)),
        [Button(label, entry("announcements", to)) for to, label, there in steps if there],
        write,
    )


def _title(tx: Tx, one: Announcement) -> str:
    if one.state != State.DRAFT:
        return progress.title(first_words(one.content))
    answers = drafts.answers(tx, one.id)
    return drafted.named(one.content, answers, partial(_meeting, tx))


# In words.


def _state(talk: Talk, tx: Tx, one: Announcement) -> str:
    match one.state:
        case State.DRAFT:
            writer = report.name(sending_notices.person(tx, one.made_by))
            when = talk.when(one.changed)
            return _("A draft of {name}, from {when}").format(name=writer, when=when)
        case State.ASKED:
            return _("Waits for a colleague to agree")
        case State.PLANNED:
            return _("Planned: {when}").format(when=_moment(talk, tx, one))
        case State.DROPPED:
            return _("Thrown away")
        case _:
            return _gone(sendings.of(tx, one.id))


def _moment(talk: Talk, tx: Tx, one: Announcement) -> str:
    """When it goes; with its meeting, if it moves along with that."""
    due = announcements.due_of(tx, one)
    when = talk.when(due) if due is not None else _("not known now")
    meeting = meetings.find(tx, one.meeting) if one.meeting is not None else None
    if not one.is_relative or meeting is None:
        return when
    return _("{offset} {title} ({when})").format(
        offset=said_offset(one.minutes or 0), title=isolate(meeting.title, 60), when=when
    )


def _gone(every: list[Sending]) -> str:
    """How far it is, or what became of it."""
    first = next((one for one in every if one.kind == Kind.SEND), None)
    if first is None:
        return _("On its way")
    if any(one.kind == Kind.WITHDRAW for one in every):
        return _("Taken back")
    known = {"n": number(first.sent), "all": number(first.total)}
    match first.state:
        case Stage.DONE:
            return _("Gone out: {n} of {all} have it").format(**known)
        case Stage.CANCELLED:
            return _("Stopped: {n} of {all} have it").format(**known)
        case Stage.PAUSED:
            return _("Paused: {n} of {all} have it").format(**known)
        case _:
            return _("Going out, {n} percent done").format(n=number(progress.percent(first)))


# One of them.


@flow("announcement", role="coordinator")
def one(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """What it says, to whom, how it goes, and what can be done about it."""
    found = announcements.find(tx, announcement_id)
    every = [Button(_("All messages"), entry("announcements"))]
    if found is None or found.state == State.DROPPED:
        return talk.say(_("That message was thrown away. Nobody gets it."), every)
    runs = sendings.of(tx, found.id)
    parts = ["\n".join(_written(tx, found)), "\n".join(_facts(talk, tx, found))]
    parts += ["\n".join(_run(tx, run)) for run in [*runs[:1], *runs[1:][-MOST_CHANGES:]]]
    parts += [text for text in (_pressed(tx, found, runs),) if text]
    return talk.say("\n\n".join(parts), *_buttons(talk, tx, found, runs), every)


def _written(tx: Tx, found: Announcement) -> Iterator[str]:
    """The beginning of its text, in each language; of a draft, as it was typed last."""
    texts = (found.content or {}).get("texts", {})
    if found.state == State.DRAFT:
        texts = drafted.texts_of(drafts.answers(tx, found.id)) or texts
    if not texts:
        yield _title(tx, found)
    for kept in list(texts.values())[:2]:
        yield isolate(cut(as_plain(loaded(kept)), MOST_SHOWN))


def _facts(talk: Talk, tx: Tx, found: Announcement) -> Iterator[str]:
    yield _state(talk, tx, found)
    if found.content:
        yield _("To: {whom}").format(
            whom=audience_words.whom(found.audience or {}, lambda number: _meeting(tx, number))
        )
        yield _("In: {languages}").format(languages=listed(map(language_name, found.languages)))
    yield _("Written by: {name}").format(
        name=report.name(sending_notices.person(tx, found.made_by))
    )
    if found.approved_by is not None and found.approved_by != found.made_by:
        name = report.name(sending_notices.person(tx, found.approved_by))
        yield _("Agreed to by: {name}").format(name=name)
    if found.begun is not None:
        yield _("Began: {when}").format(when=talk.when(found.begun))
    if found.is_news:
        yield _("It is under News too.")


def _meeting(tx: Tx, number: int) -> str:
    found = meetings.find(tx, number)
    return found.title if found is not None else _("a meeting that is not there any more")


def _run(tx: Tx, run: Sending) -> Iterator[str]:
    """The numbers of one sending."""
    titles = {Kind.CORRECT: _("The correction"), Kind.WITHDRAW: _("Taking it back")}
    if run.kind in titles:
        yield _("{what}:").format(what=titles[Kind(run.kind)])
    few = run.kind == Kind.SEND and report.apart(run) <= report.MOST_COUNTED
    yield from report.lines(run, recipients.reasons(tx, run.id) if few else {})


def _pressed(tx: Tx, found: Announcement, runs: list[Sending]) -> str:
    """How often its buttons were pressed, as far as that can be known."""
    if not any(run.sent for run in runs):
        return ""
    got = sum(run.sent + run.uncertain for run in runs if run.kind == Kind.SEND)
    readers = None if found.is_news else got
    counted = taps.counts(tx, found.id)
    said = [report.unread()]
    buttons = (found.content or {}).get("buttons", ())
    for at, button in enumerate(buttons):
        if button["kind"] == "link":
            continue
        label = isolate(report.label(button), 40)
        n = counted.get(at, 0)
        said.append(
            _("Pressed {label}: {count}").format(label=label, count=report.presses(n, readers))
        )
    if any(button["kind"] == "link" for button in buttons):
        said.append(_("How often a link is opened cannot be counted."))
    return "\n".join(said)


def _buttons(
    talk: Talk, tx: Tx, found: Announcement, runs: list[Sending]
) -> Iterator[list[Button]]:
    """What can be done about it now."""
    if found.content:
        yield [Button(_("See it as people do"), entry("announcement_preview", found.id))]
    change = Button(_("Change it"), entry("compose", found.id))
    drop = Button(_("Throw it away"), entry("drop_announcement", found.id))
    match found.state:
        case State.DRAFT:
            yield [change, drop]
        case State.ASKED if found.made_by == talk.person.id:
            yield [Button(_("Take it back"), entry("undo_announcement", found.id)), drop]
        case State.ASKED:
            yield [Button(_("Look at it"), entry("approve_announcement", found.id))]
        case State.PLANNED:
            yield [progress.undo(found.id), drop]
        case _:
            yield from _of_begun(tx, found, runs)


def _of_begun(tx: Tx, found: Announcement, runs: list[Sending]) -> Iterator[list[Button]]:
    for run in runs:
        yield from map(list, progress.rows(run))
    first = next((run for run in runs if run.kind == Kind.SEND), None)
    back = any(run.kind == Kind.WITHDRAW for run in runs)
    if first is not None:
        if first.state == Stage.DONE and first.open:
            yield [progress.stop(first)]
        yield [Button(_("Who got it and who did not"), entry("recipient_list", first.id))]
        if not back and _has_hope(tx, first):
            yield [Button(_("Try the failed ones again"), entry("send_again", first.id))]
        if not back and first.sent + first.open:
            yield [
                Button(_("Correct it"), entry("correct_announcement", found.id)),
                Button(_("Withdraw it"), entry("withdraw_announcement", found.id)),
            ]
    yield [Button(_("Write one like it"), entry("copy_announcement", found.id))]


def _has_hope(tx: Tx, first: Sending) -> bool:
    """Whether the failed ones may be tried again; of very many that is found out when it is."""
    if first.state != Stage.DONE or not first.failed:
        return False
    return first.failed > report.MOST_COUNTED or sendings.can_be_tried(tx, first.id)


@flow("announcement_preview", role="coordinator")
def preview(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Just what people get, in each language."""
    found = announcements.find(tx, announcement_id)
    if found is None or not found.content or found.state == State.DROPPED:
        return talk.say(_("That message is not there any more."))
    show(
        talk,
        found.content,
        found.id,
        found.purpose,
        sender=sending_notices.name(tx, found.made_by),
        platform=settings.platform(tx).name,
    )
    said = _("That is what everybody gets.")
    if len(found.languages) > 1:
        said = _("Everybody gets it in one of these languages.")
    return talk.say(said, [progress.look(found.id)])
