"""How a question is shown: its message, its buttons, and what becomes of the one shown before."""

from __future__ import annotations

from typing import NoReturn

from bot.dialogue import keyboards
from bot.dialogue.exchange import Question
from bot.dialogue.messages import Message
from bot.dialogue.questions import Several
from bot.dialogue.run import Pause, Run
from bot.dialogue.state import NO_BUTTONS


def ask(run: Run, question: Question) -> NoReturn:
    """Make `question` the open one and show it; if it is open already, show it again."""
    if run.waiting != question.key:
        run.wait_for(question.key)
        if run.album:
            run.draft["album"] = run.album
    show(run, message(run, question))


def message(run: Run, question: Question, text: str = "", *, human: bool = False) -> Message:
    """The question as it stands now; `text` takes the place of its own words."""
    rows = keyboards.question(run.state.id, question.key, question.rows(run.draft))
    if not run.flow.plain and not question.wanted:
        rows += keyboards.footer(run.state.id, question.key, _offered(run, question, human=human))
    return Message(text or question.words(run.draft), rows, share=question.wanted)


def _offered(run: Run, question: Question, *, human: bool) -> list[str]:
    """What stands under the question; there is always a way to stop.

    Where several may be chosen, "done" with no mark is the skip; when nothing else helps both are.
    """
    offered = ["stop"]
    if run.visited or "was" in run.draft or "mean" in run.draft:
        offered.append("back")
    if question.optional and (human or not isinstance(question, Several)):
        offered.append("skip")
    if run.store is not None:
        offered.append("later")
    return [*offered, "human"] if human else offered


def show(run: Run, shown: Message) -> NoReturn:
    """Show the open question and end the turn; the message shown before loses its buttons."""
    run.say(shown)
    run.asked = True
    had_buttons = not run.flow.plain or bool(shown.rows)
    if run.edit is None and run.state.question is not None and not run.settled:
        run.edit = NO_BUTTONS if had_buttons and not shown.share else None
    raise Pause
