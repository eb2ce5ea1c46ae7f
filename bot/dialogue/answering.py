"""How an open question takes what a person gave: an answer, a skip, something that is wrong."""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta
from typing import NoReturn

from bot.dialogue import keyboards, phrases
from bot.dialogue.asking import ask, message, show
from bot.dialogue.exchange import Doubt, Given, Picked, Question, Ticked, Value, Wrong
from bot.dialogue.language import _, isolate
from bot.dialogue.messages import Heard, Message, Shared
from bot.dialogue.questions import Open
from bot.dialogue.run import Pause, Run
from bot.dialogue.state import NO_BUTTONS, SKIPPED, Edit, Event, Skip

PAUSE = timedelta(hours=3)
"""After so long without an answer, typed text may mean something else: the talk asks first."""


def take(run: Run, question: Question, event: Event) -> None:
    """Return when the question is answered; otherwise the turn ends with it open."""
    match event:
        case Skip():
            _skip(run, question)
        case Heard() if _comes_late(run, question, event):
            _ask_first(run, event)
        case Heard(text=text) if isinstance(question, Open) and question.is_skipped_by(text):
            _skip(run, question)
        case Heard() | Shared() | Picked():
            _answer(run, question, event)
        case _:
            ask(run, question)


def _skip(run: Run, question: Question) -> None:
    if not question.optional:
        run.say(Message(phrases.needed()))
        ask(run, question)
    _accept(run, question, SKIPPED, phrases.skipped(question.text))


def _answer(run: Run, question: Question, given: Given) -> None:
    match question.take(given, run.draft, run.moment):
        case Value(encoded):
            shown = ""
            if isinstance(given, Picked) or question.rows({}):
                shown = phrases.answered(question.text, isolate(question.shown(encoded), 300))
            if isinstance(given, Shared):
                run.album = given.album
            _accept(run, question, encoded, shown)
        case Ticked(draft):
            run.draft |= draft
            run.edit = Edit(question.text, message(run, question))
            raise Pause
        case Doubt(text, draft):
            kept = {name: run.draft[name] for name in ("was", "album") if name in run.draft}
            run.draft = kept | dict(draft)
            show(run, message(run, question, text))
        case Wrong(text):
            _wrong(run, question, given, text)


def _accept(run: Run, question: Question, value: object, shown: str) -> None:
    """Keep the answer; a message with buttons shows what was chosen and loses them."""
    run.keep(question.key, value)
    run.settled = True
    run.clear_share = bool(question.wanted)
    has_buttons = not run.flow.plain or bool(question.rows(run.draft))
    if run.state.question is not None and has_buttons and not question.wanted:
        run.edit = Edit(question.text, Message(shown)) if shown else NO_BUTTONS
    run.wait_for(None)


def _wrong(run: Run, question: Question, given: Given, text: str) -> NoReturn:
    """Say what is wrong; the second time with an example, the third time with a way out."""
    if isinstance(given, Picked):
        run.toast = text
        raise Pause
    if isinstance(given, Shared) and given.album:
        if run.draft.get("album") == given.album:
            raise Pause
        run.draft["album"] = given.album
    run.tries += 1
    if run.tries == 1:
        run.say(Message(text))
        raise Pause
    run.draft.pop("mean", None)
    example = question.example()
    if run.tries == 2:
        told = phrases.for_example(text, example) if example else text
        if question.rows({}):
            told = phrases.asked_again(told, question.text)
        show(run, message(run, question, told))
    out = phrases.way_out_skip(text) if question.optional else phrases.way_out(text)
    show(run, message(run, question, out, human=True))


def _comes_late(run: Run, question: Question, heard: Heard) -> bool:
    """Whether text comes so long after the question that it may mean something else."""
    if run.flow.plain or heard.origin is phrases.NOWHERE:
        return False
    late = run.moment.now - run.state.last_activity >= PAUSE
    return late and not question.obvious(heard)


def _ask_first(run: Run, heard: Heard) -> NoReturn:
    """Ask "go on, or start over?", and hold what was typed in the draft."""
    run.draft["held"] = heard.text
    if heard.spans:
        run.draft["spans"] = [astuple(span) for span in heard.spans]
    buttons = keyboards.resume(run.state.id, heard.text)
    show(run, Message(phrases.resume(_(run.flow.title)), buttons))
