"""The survey: answered at one's own pace, kept answer by answer, changed until it closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import Then, entry, flow, render
from bot.dialogue.language import N_, _, isolate, n_, speaking, spoken
from bot.dialogue.membership import PERMISSIONS
from bot.dialogue.messages import Button, Message, cut
from bot.dialogue.questions import OneOf, Open, Several
from bot.dialogue.questions import Question as Asked
from bot.dialogue.state import SKIPPED
from bot.dialogue.talk import Talk
from storage import answer_sets, people, surveys
from storage.people import Consent, Purpose, State
from storage.surveys import OTHER, Kind, Progress, Question, Survey, in_language
from storage.transaction import Tx

LONGEST_ANSWER: Final = 4096
"""What fits in one message: nobody is told that they wrote too much."""
LARGEST_NUMBER: Final = 1_000_000
LOOK: Final = ".look"
KEEP: Final = ".keep"
"""The flow's own question and option; a dot keeps them out of the answer store."""
OVERVIEW: Final = 2600
"""How much of a message the answers may fill, in UTF-16 units; thanks must fit beside them."""


@flow(
    "surveys",
    command=N_("/survey"),
    about=N_("fill in the survey, or go on with it"),
    words=N_("survey, surveys, questionnaire"),
)
def choose_survey(talk: Talk, tx: Tx) -> Then | None:
    """The survey that is open; a choice where there are more."""
    found = surveys.open_for(tx, talk.person.id, talk.now)
    if not found:
        talk.say(_("There is no survey open now. Look again later."), _home())
        return None
    if len(found) == 1:
        return talk.then("survey", survey_id=found[0].id)
    rows = []
    for one in found[:8]:
        title = in_language(one.title, spoken())
        label = _("{title} (done)").format(title=title) if one.finished else title
        rows.append([Button(label, entry("survey", one.id))])
    talk.say(_("Which survey do you want to fill in?"), *rows)
    return None


@flow("survey", title=N_("the survey"), link="survey", answers=answer_sets.ANSWERS)
def survey(talk: Talk, tx: Tx, survey_id: int) -> Then | None:
    """Answer a survey; who is done sees their answers and can change them until it closes."""
    found = surveys.find(tx, survey_id)
    if found is None or not found.has_opened(talk.now):
        talk.say(_("This survey is not open. Look in the menu what you can do now."), _home())
        return None
    how_far = answer_sets.progress(tx, survey_id, talk.person.id)
    if found.has_closed(talk.now):
        talk.say(_closed(talk, found, how_far), _home())
        return None
    if talk.person.state != State.MEMBER:
        talk.say(_("The survey is for members. Joining takes a minute. Then we go on with it."))
        return talk.then("join", next=f"survey-{survey_id}")
    if not people.agrees(tx, talk.person.id, Purpose.SURVEY):
        return talk.then("survey_consent", survey_id=survey_id)
    _greet(talk, found, how_far)
    lines = _ask(talk, surveys.questions(tx, survey_id))
    if how_far is Progress.FINISHED:
        _look(talk, found, lines)
        talk.say(_("Good. Your answers are kept."), _home())
    else:
        _thank(talk, found, lines)
    return None


def _home() -> list[Button]:
    return [Button(_("Go to the menu"), entry("home"))]


def _closed(talk: Talk, found: Survey, how_far: Progress) -> str:
    assert found.closes is not None
    closed = talk.when(found.closes)
    match how_far:
        case Progress.NONE:
            return _("This survey has closed: {when}. Another one may come later.").format(
                when=closed
            )
        case Progress.OPEN:
            return _(
                "This survey has closed: {when}. What you answered before counts too. Thank you!"
            ).format(when=closed)
        case Progress.FINISHED:
            return _("This survey has closed: {when}. Your answers count. Thank you!").format(
                when=closed
            )


def _greet(talk: Talk, found: Survey, how_far: Progress) -> None:
    """Said before the first question of this talk only."""
    if how_far is Progress.OPEN:
        talk.say(_("We go on where you were. You can still change what you answered before."))
    if how_far is not Progress.NONE:
        return
    talk.say(f"{in_language(found.title, spoken())}\n{in_language(found.intro, spoken())}")
    if found.closes is None:
        talk.say(_("I keep every answer at once. So you can stop and go on later."))
    else:
        talk.say(
            _("You have until {when}. I keep every answer at once, so you can go on later.").format(
                when=talk.when(found.closes)
            )
        )


# The questions.


def _ask(talk: Talk, questions: Sequence[Question]) -> dict[str, tuple[str, str]]:
    """Ask what the answers lead to; {key: (question, answer in words)}."""
    given: dict[str, Any] = {}
    lines: dict[str, tuple[str, str]] = {}
    for question in questions:
        if not surveys.applies(question, given):
            continue
        _put(talk, _asked(question), in_language(question.text, spoken()), given, lines)
        if other := surveys.other_of(question, given):
            text = _("You chose “Other”. What is it?")
            check = answers.text(most=LONGEST_ANSWER)
            label = _("Other, namely")
            _put(talk, Open(other, text, check, optional=True), label, given, lines)
    return lines


def _put(
    talk: Talk,
    asked: Asked,
    label: str,
    given: dict[str, Any],
    lines: dict[str, tuple[str, str]],
) -> None:
    stored = talk.put(asked)
    given[asked.key] = stored
    lines[asked.key] = (label, _("(skipped)") if stored == SKIPPED else asked.shown(stored))


def _asked(question: Question) -> Asked:
    """The question as the kernel asks it."""
    key, optional = question.key, question.optional
    text = in_language(question.text, spoken())
    match question.kind:
        case Kind.OPEN:
            return Open(key, text, answers.text(most=LONGEST_ANSWER), optional)
        case Kind.NUMBER:
            return Open(key, text, answers.number(0, LARGEST_NUMBER), optional)
        case Kind.DATE:
            return Open(key, text, answers.when(), optional)
        case Kind.PLACE:
            return Open(key, text, answers.place(), optional)
        case Kind.YESNO:
            labels = {"yes": _("Yes"), "no": _("No")}
            return OneOf(key, text, labels, optional, columns=2, yes_or_no=True)
        case Kind.ONE:
            return OneOf(key, text, _labels(question), optional)
        case Kind.SEVERAL:
            most = question.at_most
            return Several(key, _hint(text, most), _labels(question), optional, most)


def _labels(question: Question) -> dict[str, str]:
    labels = {key: in_language(texts, spoken()) for key, texts in question.options.items()}
    return {**labels, OTHER: _("Other, namely …")} if question.other else labels


def _hint(text: str, most: int) -> str:
    if not most:
        return _("{question}\nChoose all that fit.").format(question=text)
    hint = n_("{question}\nChoose at most {n}.", "{question}\nChoose at most {n}.", most)
    return hint.format(question=text, n=most)


# What was answered.


def _overview(lines: Mapping[str, tuple[str, str]]) -> str:
    """All questions, numbered, with their answers; long ones cut, so that it fits in a message."""
    room = OVERVIEW // max(len(lines), 1) - 12
    shown = [
        _("{number}. {question}\n→ {answer}").format(
            number=number,
            question=cut(question, room // 2),
            answer=isolate(cut(" · ".join(answer.split("\n")), room - room // 2)),
        )
        for number, (question, answer) in enumerate(lines.values(), 1)
    ]
    return "\n\n".join(shown)


def _look(talk: Talk, found: Survey, lines: Mapping[str, tuple[str, str]]) -> None:
    """Show all answers, and let one be changed until they are right."""
    options = {
        key: _("Change {number}").format(number=number) for number, key in enumerate(lines, 1)
    }
    options[KEEP] = _("Keep it like this")
    shown = _overview(lines)
    if found.closes is None:
        text = _("This is what you answered:\n\n{answers}").format(answers=shown)
    else:
        text = _("This is what you answered. You can change it until {when}.\n\n{answers}").format(
            when=talk.when(found.closes), answers=shown
        )
    chosen = talk.choose(LOOK, text, options, columns=3)
    if chosen != KEEP:
        talk.change(chosen, LOOK)


def _thank(talk: Talk, found: Survey, lines: Mapping[str, tuple[str, str]]) -> None:
    talk.say(in_language(found.thanks, spoken()))
    talk.say(
        _("This is what you answered:\n\n{answers}").format(answers=_overview(lines)),
        [Button(_("Change an answer"), entry("survey", found.id))],
        _home(),
    )


# What goes with it.


@flow("survey_consent", title=N_("the survey"))
def consent(talk: Talk, tx: Tx, survey_id: int) -> Then | None:
    """Ask once more who did not agree to surveys, or not any longer."""
    permission = PERMISSIONS[Purpose.SURVEY]
    talk.say(_("For the survey I need your permission first."))
    agreed = talk.confirm("agree", _(permission.question))
    said = Consent(
        Purpose.SURVEY, agreed, permission.version, talk.person.language, "chat", talk.now
    )
    people.record_consent(tx, talk.person.id, said)
    if agreed:
        return talk.then("survey", survey_id=survey_id)
    talk.say(_("That is fine. Then I do not ask you these questions."), _home())
    return None


@render(answer_sets.AGAIN)
def ask_again(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Message | None:
    """Come back to somebody who said "ask me tomorrow" and did not go on by themselves."""
    person = people.find(tx, arguments["person"])
    found = surveys.find(tx, arguments["survey"])
    if person is None or found is None or not (person.is_member and person.reachable):
        return None
    put_off = answer_sets.put_off_until(tx, found.id, person.id)
    if put_off != datetime.fromisoformat(arguments["until"]):
        return None
    if not people.agrees(tx, person.id, Purpose.SURVEY):
        return None
    with speaking(person.language):
        title = in_language(found.title, person.language)
        if found.has_closed(now):
            return Message(
                _(
                    "You wanted to go on with the survey “{title}” today. It has closed meanwhile. "
                    "What you answered before counts. Thank you!"
                ).format(title=title)
            )
        button = Button(_("Go on with the survey"), entry("survey", found.id))
        text = _("Yesterday you asked me to come back. Shall we go on with “{title}”?")
        return Message(text.format(title=title), ((button,),))
