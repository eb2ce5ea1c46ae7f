"""Ask a human: a question goes to all coordinators, and the answer comes back in the same chat.

Neither side sees more of the other than a name and a municipality that were told to the bot.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import Then, entry, flow, render
from bot.dialogue.language import N_, _, isolate, speaking
from bot.dialogue.messages import Button, Message
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import audit, outbox, people, questions, settings
from storage.outbox import Promise
from storage.people import Person, Role
from storage.questions import Question
from storage.transaction import Tx

MOST: Final = 1500
"""Characters of a question or an answer: two of them must fit in one message."""
MOST_OPEN: Final = 5
"""Questions that one person may have waiting."""
SHOWN: Final = 300
"""Characters of a question that are repeated above its answer."""


@flow(
    "ask",
    title=N_("asking a human something"),
    command=N_("/ask"),
    about=N_("ask a human something"),
    words=N_("ask a human, ask, human, coordinator"),
)
def ask(talk: Talk, tx: Tx) -> None:
    """A question to the coordinators; who reads it, and when to expect an answer."""
    if questions.open_of(tx, talk.person.id) >= MOST_OPEN:
        return _too_many(talk)
    typed = talk.ask(
        "question",
        _(
            "What do you want to ask? Type it in one message.\n\n"
            "The coordinators of {platform} read it. One of them answers you here, "
            "usually within three working days. They see the name and the municipality that you "
            "told me, and not your phone number."
        ).format(platform=settings.platform(tx).name),
        answers.text(most=MOST),
    )
    return _pass_on(talk, tx, typed)


@flow("ask_on", reply="answered")
def ask_on(talk: Talk, tx: Tx, text: str) -> None:
    """A reply to an answer is a new question."""
    typed = _fitting(text)
    if questions.open_of(tx, talk.person.id) >= MOST_OPEN:
        return _too_many(talk)
    if not typed:
        return talk.say(_too_long(), [Button(_("Ask on"), entry("ask"))])
    return _pass_on(talk, tx, typed)


def _fitting(text: str) -> str:
    """What was typed as a reply; empty if it is blank or too long."""
    typed = text.strip()
    return typed if len(typed) <= MOST else ""


def _too_many(talk: Talk) -> None:
    talk.say(
        _(
            "You have {most} questions waiting for an answer. "
            "Please wait until the coordinators have answered one."
        ).format(most=MOST_OPEN)
    )


def _too_long() -> str:
    return _("I did not send that. Type at most {most} characters.").format(most=MOST)


def _pass_on(talk: Talk, tx: Tx, typed: str) -> None:
    """Keep the question and send it to the coordinators, if there is one who can read it."""
    kept = questions.keep(tx, talk.person.id, typed, talk.now)
    team = people.with_role(tx, Role.COORDINATOR, Role.ADMIN)
    readers = [one for one in team if one.reachable and one.id != talk.person.id]
    notices = [_notice(kept, reader, talk.now) for reader in readers]
    if outbox.promise_all(tx, notices, talk.now):
        return talk.say(
            _(
                "I have passed on your question. You get the answer here, "
                "usually within three working days."
            ),
            [Button(_("Go to the menu"), entry("home"))],
        )
    return talk.say(
        _(
            "I have kept your question. There is no coordinator yet who can read it. "
            "The first one who comes gets it. I cannot say when that is."
        ),
        [Button(_("Go to the menu"), entry("home"))],
    )


def _notice(question: int, reader: Person, now: datetime) -> Promise:
    key = f"question:{question}:{reader.id}"
    return Promise(key, reader.chat, "question", {"question": question, "person": reader.id}, now)


@flow("open_questions", role="coordinator")
def open_questions(talk: Talk, tx: Tx) -> Then:
    """Somebody new in the team gets every question that nobody has answered yet."""
    reader = people.find(tx, talk.person.id)
    assert reader is not None
    waiting = [one.id for one in questions.still_open(tx) if one.person != reader.id]
    outbox.promise_all(tx, [_notice(one, reader, talk.now) for one in waiting], talk.now)
    return talk.then("home")


@render("question")
def notice(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Message | None:
    """A question as a coordinator reads it; not any more once it was answered."""
    asked = questions.find(tx, arguments["question"])
    reader = people.find(tx, arguments["person"])
    if asked is None or asked.answer is not None or reader is None or not reader.is_coordinator:
        return None
    with speaking(reader.language):
        return Message(
            _("{question}\n\nReply to this message to answer, or press the button.").format(
                question=_quoted(tx, asked)
            ),
            ((Button(_("Answer"), entry("answer", asked.id)),),),
            about=f"question:{asked.id}",
        )


def _quoted(tx: Tx, asked: Question) -> str:
    """Who asks what, in the language being spoken."""
    asker = people.find(tx, asked.person)
    name = isolate(asker.name, 60) if asker and asker.name else ""
    place = name_of(asker.municipality) if asker else None
    words = isolate(asked.text, MOST)
    match bool(name), bool(place):
        case True, True:
            said = _("{name} from {place} asks:\n{question}")
        case True, False:
            said = _("{name} asks:\n{question}")
        case False, True:
            said = _("Somebody from {place} asks:\n{question}")
        case _:
            said = _("Somebody asks:\n{question}")
    return said.format(name=name, place=place, question=words)


@flow("answer", title=N_("answering a question"), reply="question", role="coordinator")
def answer(talk: Talk, tx: Tx, question_id: int, text: str = "") -> None:
    """Answer somebody's question; who comes second is told so, and may add something."""
    asked = questions.locked(tx, question_id)
    if asked is None:
        return talk.say(_("That question is not there any more. It was taken back or erased."))
    typed = _fitting(text) or talk.ask("answer", _request(tx, asked, text), answers.text(most=MOST))
    if asked.answer is not None and not _adds(talk, asked):
        return talk.say(_("Fine. I have sent nothing."))
    questions.answer(tx, asked.id, talk.person.id, typed, talk.now)
    asker = people.find(tx, asked.person)
    assert asker is not None
    key = f"answer:{asked.id}:{talk.person.id}:{talk.now.isoformat()}"
    sent = Promise(key, asker.chat, "answer", {"question": asked.id, "text": typed}, talk.now)
    outbox.promise(tx, sent, talk.now)
    audit.record(tx, talk.person.id, "question.answer", f"question:{asked.id}", talk.now)
    if not asker.reachable:
        return talk.say(_("I have kept your answer. I cannot reach who asked it right now."))
    return talk.say(_("Your answer is on its way. They read it in their chat with me."))


def _adds(talk: Talk, asked: Question) -> bool:
    """Whether a coordinator wants to add to the answer that was given."""
    given = isolate(asked.answer or "", MOST)
    return talk.confirm(
        "add",
        _("This question was answered already:\n{answer}\n\nShall I send yours too?").format(
            answer=given
        ),
        yes=_("Yes, send mine too"),
        no=_("No, leave it"),
    )


def _request(tx: Tx, asked: Question, text: str) -> str:
    if text.strip():
        return _too_long()
    question = _quoted(tx, asked)
    if asked.answer is None:
        request = _("{question}\n\nType your answer. They do not see who wrote it.")
        return request.format(question=question)
    return _(
        "{question}\n\nThis question was answered already:\n{answer}\n\n"
        "Type what you want to add, or stop."
    ).format(question=question, answer=isolate(asked.answer, MOST))


@render("answer")
def reply(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Message | None:
    """An answer as the person who asked reads it."""
    asked = questions.find(tx, arguments["question"])
    asker = people.find(tx, asked.person) if asked else None
    if asked is None or asker is None:
        return None
    with speaking(asker.language):
        return Message(
            _("You asked:\n{question}\n\nA coordinator answers:\n{answer}").format(
                question=isolate(asked.text, SHOWN), answer=isolate(arguments["text"], MOST)
            ),
            ((Button(_("Ask on"), entry("ask")),),),
            about="answered",
        )
