"""Correcting what was sent, and taking it back: messages that people have are changed or deleted.

Both are a sending of their own, with a progress, a summary and counts that add up. Telegram lets a
bot delete what is less than 48 hours old; of what is older the text is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.announcing import copies, progress, sureness
from bot.dialogue.announcing.letter import first_words, room
from bot.dialogue.announcing.preview import preview
from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _, language_name, languages, listed, n_, number
from bot.dialogue.talk import Talk
from storage import announcements, audit, sending_notices, sendings, settings, templates
from storage.announcements import Announcement, State
from storage.audience import Counted
from storage.sendings import Kind, Sending
from storage.transaction import Tx

YOUNG: Final = timedelta(hours=46)
"""So long after it began to go, all of it can be deleted still."""
SECOND_ABOVE: Final = 250
"""For more people than this one has to be sure, where the settings say nothing else."""


@flow("correct_announcement", title=N_("correcting a message"), role="coordinator")
def correct(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """New words for a message that people have; what went with it and its buttons stay."""
    one, first = _begun(talk, tx, announcement_id)
    if one is None or first is None:
        return None
    content = _new_texts(talk, one)
    if content["texts"] == (one.content or {}).get("texts"):
        return talk.say(_("That is what it says already. Nothing has changed."), [_look(one)])
    preview(
        talk,
        content,
        one.id,
        one.purpose,
        sender=sending_notices.name(tx, one.made_by),
        platform=settings.platform(tx).name,
    )
    question = _("{who} Shall I correct it?").format(who=_who_has_it(first))
    changed = _changed(one, content)
    if len(changed) < len(one.languages):
        question = _("{who} I correct it for those who read it in {languages}. Shall I?").format(
            who=_how_many(first), languages=listed(map(language_name, changed))
        )
    if not talk.confirm("sure", question, yes=_("Yes, correct it"), no=_("No, leave it")):
        return talk.say(_("Fine. Nothing has changed."), [_look(one)])
    _be_sure(talk, tx, first)
    made = sendings.correct(tx, one.id, content, talk.person.id, talk.now)
    if made is None:
        return _too_late(talk, one)
    for run in (first.id, made):
        _write_down(tx, run, one, content)
    _note(talk, tx, "announcement.correct", one)
    return talk.say(_("It is being corrected. I tell you when that is done."), [_look(one)])


def _new_texts(talk: Talk, one: Announcement) -> Mapping[str, Any]:
    """The content with a new text in each language that it was sent in."""
    content = dict(one.content or {})
    check = answers.formatted(room(content))
    texts = {}
    for language in one.languages:
        asked = _("Type the new text, as a whole. Bold words and links stay as you type them.")
        if len(one.languages) > 1:
            asked = _(
                "Type the new text in {language}, as a whole. If that stays as it is, skip this."
            ).format(language=language_name(language))
            typed = talk.ask(f"text.{language}", asked, check, optional=True)
        else:
            typed = talk.ask(f"text.{language}", asked, check)
        texts[language] = content["texts"][language] if typed is None else check.encode(typed)
    return {**content, "texts": texts}


def _changed(one: Announcement, content: Mapping[str, Any]) -> list[str]:
    """The languages in which it says something else now."""
    before = (one.content or {})["texts"]
    return [code for code in one.languages if content["texts"][code] != before[code]]


def _how_many(first: Sending) -> str:
    return n_("{n} person has it.", "{n} people have it.", first.sent).format(n=number(first.sent))


def _be_sure(talk: Talk, tx: Tx, first: Sending) -> None:
    """New words for many people are as much as a new message: how many they are is typed."""
    readers = first.sent + first.open
    if readers > settings.get(tx, "announcements", {}).get("second_person_above", SECOND_ABOVE):
        sureness.ask_second(talk, Counted(readers, 0, 0, readers), alone=True)


def _who_has_it(first: Sending) -> str:
    """Whose message changes, and who gets the new one at once."""
    has = n_(
        "{n} person has it: their message changes.",
        "{n} people have it: their messages change.",
        first.sent,
    ).format(n=number(first.sent))
    if not first.open:
        return has
    waits = n_(
        "{n} person has yet to get it: they get the new one at once.",
        "{n} people have yet to get it: they get the new one at once.",
        first.open,
    )
    return _("{has} {waits}").format(has=has, waits=waits.format(n=number(first.open)))


@flow("withdraw_announcement", title=N_("taking back a message"), role="coordinator")
def withdraw(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Take a message away from everybody who has it, after saying what that can and cannot do."""
    one, first = _begun(talk, tx, announcement_id)
    if one is None or first is None:
        return None
    question = " ".join(_what_it_can_do(talk, one, first))
    if not talk.confirm("sure", question, yes=_("Yes, take it back"), no=_("No, leave it")):
        return talk.say(_("Fine. Nothing has changed."), [_look(one)])
    made = sendings.withdraw(tx, one.id, talk.person.id, talk.now)
    if made is None:
        return _too_late(talk, one)
    spoken = {*one.languages, *settings.platform(tx).languages, *languages()}
    for key, message in copies.withdrawn(made, one.content or {}, sorted(spoken)).items():
        templates.put(tx, key, message)
    _note(talk, tx, "announcement.withdraw", one)
    return talk.say(_("I take it back. I tell you when that is done."), [_look(one)])


def _what_it_can_do(talk: Talk, one: Announcement, first: Sending) -> Iterator[str]:
    """How many have it, what becomes of it there, and of who has yet to get it."""
    yield _how_many(first)
    yield n_("I take it out of their chat.", "I take it out of their chats.", first.sent)
    if talk.now - first.started > YOUNG:
        yield _(
            "What is older than 48 hours Telegram does not let me delete: there I write in its "
            "place that it was taken back."
        )
        if (one.content or {}).get("attachment"):
            yield _("What went with it stays there then: only the words under it change.")
    if first.open:
        yield _("Who has yet to get it does not.")
    yield _("Whoever has read it has read it. Shall I take it back?")


# What both share.


def _begun(
    talk: Talk, tx: Tx, announcement_id: int
) -> tuple[Announcement, Sending] | tuple[None, None]:
    """An announcement that somebody may have, and its sending; else the truth is said."""
    one = announcements.find(tx, announcement_id)
    if one is None or one.state == State.DROPPED:
        talk.say(_("That message was thrown away. Nobody gets it."))
        return None, None
    first = sendings.first_of(tx, one.id)
    if first is None:
        talk.say(_("Nobody has it yet, so you can still change it."), [_look(one)])
        return None, None
    if any(run.kind == Kind.WITHDRAW for run in sendings.of(tx, one.id)):
        _too_late(talk, one)
        return None, None
    if not first.sent and not first.open:
        talk.say(_("Nobody has it, so there is nothing to change."), [_look(one)])
        return None, None
    return one, first


def _too_late(talk: Talk, one: Announcement) -> None:
    title = progress.title(first_words(one.content))
    return talk.say(_("{title} was taken back already.").format(title=title), [_look(one)])


def _look(one: Announcement) -> Any:
    return progress.look(one.id)


def _write_down(tx: Tx, run: int, one: Announcement, content: Mapping[str, Any]) -> None:
    """Keep the new message of a sending in each language."""
    name, platform = sending_notices.name(tx, one.made_by), settings.platform(tx).name
    for key, message in copies.of_sending(run, content, one, name, platform).items():
        templates.put(tx, key, message)


def _note(talk: Talk, tx: Tx, action: str, one: Announcement) -> None:
    audit.record(tx, talk.person.id, action, f"announcement:{one.id}", talk.now)
