"""One turn of a talk: run the flow again with what it knows, up to the question that is open now.

    state + event → run → state + messages

Everything that happens to questions in general happens here and in the modules beside it, so that
no flow repeats it: answers, wrong ones, back, skip, change, resume, the write rule, texts that were
said before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from bot.dialogue import phrases
from bot.dialogue.answering import take
from bot.dialogue.asking import ask
from bot.dialogue.exchange import Question
from bot.dialogue.flow import FlowError, Then
from bot.dialogue.messages import Heard, Message, Span, joined
from bot.dialogue.run import Pause, Rerun, Run
from bot.dialogue.state import (
    SKIPPED,
    Back,
    Begin,
    Change,
    Outcome,
    Repeat,
    StartOver,
    State,
    UseHeld,
)

MOST_ROUNDS = 5
"""How often a flow may change its own answers in one turn."""


def take_turn(run: Run, talk: Any, tx: Any) -> Outcome:
    """Run the flow until it pauses or ends; errors of the flow itself go through."""
    _prepare(run)
    for _round in range(MOST_ROUNDS):
        run.visited.clear()
        run.said.clear()
        try:
            result = run.flow.run(talk, tx, **run.state.arguments)
        except Pause:
            return Outcome(_state(run), _spoken(run), run.edit, run.asked, run.toast)
        except Rerun:
            continue
        if run.store is not None:
            run.store.finish(run.visited)
        then = result if isinstance(result, Then) else None
        return Outcome(None, _spoken(run), run.edit, toast=run.toast, then=then)
    raise FlowError(f"{run.flow.name} changes its own answers without end")


# What a flow calls, through its talk.


def put(run: Run, question: Question) -> Any:
    """The stored answer to `question`; without one it is asked, and the turn ends."""
    key = question.key
    if key in run.visited:
        raise FlowError(f"{run.flow.name} asks {key!r} twice")
    if key in run.answers and _fits(question, run.answers[key]):
        return run.pass_by(key)
    gone = run.answers.get(key, SKIPPED) != SKIPPED
    run.forget(key)
    run.before_writes(f"asked {key!r}")
    event, run.event = run.event, None
    if key == run.waiting:
        run.said.clear()
        if isinstance(event, Back):
            _step_back(run)
    if event is None or key != run.waiting:
        run.preface += [Message(phrases.choice_gone())] if gone else []
        ask(run, question)
    take(run, question, event)
    return run.pass_by(key)


def _fits(question: Question, stored: Any) -> bool:
    return question.optional if stored == SKIPPED else question.fits(stored)


def change(run: Run, key: str, *controls: str, was: Any = None) -> NoReturn:
    """Ask `key` again and keep all other answers; back puts the old answer in again.

    `controls` are the keys of the questions that led here, such as a summary's own. `was` is what
    counted as the answer where `key` was never asked.
    """
    run.before_writes(f"changed {key!r}")
    for control in controls:
        run.forget(control)
        run.forget(f"{control}.which")
    if was is not None:
        run.answers.setdefault(key, was)
    _open_again(run, key)
    _run_again(run)


def again(run: Run, key: str) -> NoReturn:
    """Drop the answer `key`, and all after it on the path or off it."""
    run.before_writes(f"asked {key!r} again")
    at = run.visited.index(key) if key in run.visited else len(run.visited)
    kept = {known for known in run.visited[:at] if known != key}
    for known in list(run.answers):
        if known not in kept:
            run.forget(known)
    run.wait_for(key)
    _run_again(run)


def _run_again(run: Run) -> NoReturn:
    """What was said since the last question is the reason, and is said."""
    run.preface += run.said
    raise Rerun


# What happens to the talk as a whole.


def _prepare(run: Run) -> None:
    """Turn events that are about the talk itself into a change of its answers."""
    held = str(run.draft.pop("held", ""))
    spans = tuple(Span(*kept) for kept in run.draft.pop("spans", ()))
    match run.event:
        case Begin():
            run.event = None
            run.beginning = True
            if run.store is not None:
                run.answers.update(run.store.load())
        case StartOver() if held:
            run.event = None
            run.beginning = True
            for key in list(run.answers):
                run.forget(key)
            run.wait_for(None)
        case Change(key):
            run.event = Repeat()
            _open_again(run, key)
        case UseHeld() if held:
            run.event = Heard(phrases.NOWHERE, held, spans=spans)
        case UseHeld() | StartOver():
            run.event = Repeat()
        case _:
            pass


def _step_back(run: Run) -> None:
    """Go to the question before this one on the path; out of a doubt, to its own question."""
    if run.draft.pop("mean", None):
        return
    if "was" in run.draft and run.waiting is not None:
        run.answers[run.waiting] = run.draft["was"]
        run.wait_for(None)
        raise Rerun
    if run.visited:
        before = run.visited[-1]
        run.forget(before)
        run.wait_for(before)
        raise Rerun
    run.preface.append(Message(phrases.first_question()))


def _open_again(run: Run, key: str) -> None:
    """Take `key` out of the answers; the answer store keeps it until there is another."""
    if key not in run.answers:
        return
    if "was" in run.draft and run.waiting is not None:
        run.answers[run.waiting] = run.draft["was"]
    was = run.answers.pop(key)
    run.wait_for(key)
    run.draft = {"was": was, **({"ticked": was} if isinstance(was, list) else {})}


# What the turn comes to.


def _state(run: Run) -> State:
    off_the_path = [key for key in run.answers if key not in run.visited]
    return replace(
        run.state,
        answers=tuple((key, run.answers[key]) for key in [*off_the_path, *run.visited]),
        waiting=run.waiting,
        draft=run.draft,
        tries=run.tries,
        last_activity=run.moment.now,
    )


def _spoken(run: Run) -> list[Message]:
    messages = joined([*run.preface, *run.said])
    if run.clear_share and messages and not messages[0].rows and not messages[0].share:
        messages[0] = replace(messages[0], clear_share=True)
    return messages
