"""What an announcement is called while it is a draft: by its words, or else by whom it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.announcing.audience_questions import audience_of
from bot.dialogue.announcing.audience_words import Title, whom
from bot.dialogue.announcing.letter import Content, first_words
from bot.dialogue.announcing.progress import title
from bot.dialogue.language import _
from bot.dialogue.state import SKIPPED


def texts_of(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The texts that were written so far, by language, as they are stored."""
    texts = {key[5:]: one for key, one in answers.items() if key.startswith("text.")}
    return {code: one for code, one in texts.items() if one != SKIPPED}


def named(content: Content | None, answers: Mapping[str, Any], meeting: Title) -> str:
    """A draft in a few words; `content` is what it said when it was last about to go."""
    words = first_words({"texts": texts_of(answers)} if texts_of(answers) else content)
    if words:
        return title(words)
    if "to.0" in answers or "groups" in answers:
        said = _("nothing written yet, for {whom}")
        return said.format(whom=whom(audience_of(answers), meeting))
    return _("nothing written yet")
