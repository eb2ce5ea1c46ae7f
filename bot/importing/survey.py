"""The surveys of an import file: questions, their options, and which answers lead where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.importing.sheet import Planned, Sheet, is_key, meant
from storage.surveys import OTHER, Condition, Kind, Question, SurveyFacts, Texts

TITLE: Final = 100
TEXT: Final = 1000
ASKED: Final = 500
LABEL: Final = 60
"""The most characters of a text; a label is a button's, which is one line on a small phone."""
MOST_QUESTIONS: Final = 20
MOST_OPTIONS: Final = 12
CHOICES: Final = (Kind.ONE, Kind.SEVERAL)
_YES_NO: Final = ("yes", "no")


@dataclass(frozen=True, slots=True)
class PlannedSurvey:
    """A survey whose days may still be counted from the day of the import."""

    facts: SurveyFacts
    opens: Planned | None
    closes: Planned | None
    lines: Mapping[str, int]
    """The line of each question, by its key."""


def survey(sheet: Sheet, zone: str, taken: Sequence[str]) -> PlannedSurvey:
    """The survey in `sheet`, whose key is not among those `taken`."""
    sheet.only("key", "title", "intro", "thanks", "opens", "closes", "question")
    asked: list[Question] = []
    lines: dict[str, int] = {}
    sheets = sheet.tables("question")
    if not sheets or len(sheets) > MOST_QUESTIONS:
        sheet.wrong("question", f"a survey has 1 to {MOST_QUESTIONS} questions")
    for one in sheets:
        found = _question(one, asked)
        lines[found.key] = one.mistakes.lines[one.path]
        asked.append(found)
    facts = SurveyFacts(
        key=sheet.key(taken),
        title=sheet.texts("title", TITLE, one_line=True),
        intro=sheet.texts("intro", TEXT),
        thanks=sheet.texts("thanks", TEXT),
        opens=None,
        closes=None,
        questions=asked,
    )
    return PlannedSurvey(facts, sheet.planned("opens", zone), sheet.planned("closes", zone), lines)


def _question(sheet: Sheet, before: Sequence[Question]) -> Question:
    sheet.only(
        "key", "kind", "text", "options", "other", "optional", "at_most", "only_if"
    )  # fmt: skip
    key = sheet.key([one.key for one in before])
    kind = _kind(sheet)
    other = sheet.flag("other")
    options = _options(sheet, kind, other=other)
    at_most = sheet.whole("at_most", 1, MOST_OPTIONS)
    if at_most is not None and kind is not Kind.SEVERAL:
        sheet.wrong("at_most", "`at_most` goes with the kind `several` only")
    return Question(
        key=key,
        kind=kind or (Kind.ONE if options else Kind.OPEN),
        text=sheet.texts("text", ASKED),
        options=options,
        other=other,
        optional=sheet.flag("optional"),
        at_most=at_most or 0,
        only_if=_only_if(sheet, before),
    )


def _kind(sheet: Sheet) -> Kind | None:
    given = sheet.line("kind", 20)
    kinds = [kind.value for kind in Kind]
    if given and given not in kinds:
        hint = meant(given, kinds) or f": choose from {', '.join(kinds)}"
        sheet.wrong("kind", f"`{given}` is not a kind of question{hint}")
    return Kind(given) if given in kinds else None


def _options(sheet: Sheet, kind: Kind | None, *, other: bool) -> dict[str, Texts]:
    if kind is not None and kind not in CHOICES:
        for key in ("options", "other"):
            if key in sheet.data:
                sheet.wrong(key, f"`{key}` goes with the kinds `one` and `several` only")
        return {}
    inner = sheet.inner("options")
    if inner is None:
        if kind in CHOICES and "options" not in sheet.data:
            sheet.missing("options")
        return {}
    if not 2 <= len(inner.data) + other <= MOST_OPTIONS:
        inner.wrong("", f"a question has 2 to {MOST_OPTIONS} options")
    return _labels(sheet, inner, other=other)


def _labels(sheet: Sheet, inner: Sheet, *, other: bool) -> dict[str, Texts]:
    found: dict[str, Texts] = {}
    labels = Sheet(inner.mistakes, inner.data, inner.path, sheet.name)
    for key in inner.data:
        if not is_key(key):
            labels.wrong(key, f"the option `{key}`: use at most 20 of a-z, 0-9, _ and -")
        if key == OTHER and other:
            labels.wrong(key, "the option `other` is there already: `other = true` makes it")
        texts = labels.texts(key, LABEL, one_line=True)
        for before, known in found.items():
            if texts and any(_shown(texts, code) == _shown(known, code) for code in texts):
                labels.wrong(key, f"the options `{before}` and `{key}` have the same label")
        found[key] = texts
    return found


def _shown(texts: Texts, code: str) -> str:
    return (texts.get(code) or texts.get("nl") or "").casefold()


def _only_if(sheet: Sheet, before: Sequence[Question]) -> Condition | None:
    inner = sheet.inner("only_if")
    if inner is None:
        return None
    inner.only("question", "any_of")
    named = inner.line("question", 100)
    any_of = inner.words("any_of", "options")
    if not named:
        return None
    known = {one.key: one for one in before}
    parent = known.get(named)
    if parent is None:
        hint = meant(named, known)
        problem = f"only_if names `{named}`, which does not exist"
        if named == sheet.data.get("key"):
            problem, hint = "only_if names the question itself", ""
        elif not hint:
            problem += " before this question"
        inner.mistakes.add((*inner.path, "question"), f"{sheet.name}: {problem}{hint}")
        return None
    _check_options(sheet, inner, parent, any_of)
    return Condition(named, tuple(any_of))


def _check_options(sheet: Sheet, inner: Sheet, parent: Question, any_of: Sequence[str]) -> None:
    offered = list(_YES_NO) if parent.kind is Kind.YESNO else list(parent.options)
    offered += [OTHER] if parent.other else []
    if parent.kind not in (*CHOICES, Kind.YESNO):
        text = f"only_if names `{parent.key}`, which has nothing to choose from"
        inner.mistakes.add((*inner.path, "question"), f"{sheet.name}: {text}")
        return
    for option in any_of:
        if option not in offered:
            text = f"only_if names `{option}`, which is no option of `{parent.key}`"
            inner.mistakes.add(
                (*inner.path, "any_of"), f"{sheet.name}: {text}{meant(option, offered)}"
            )
