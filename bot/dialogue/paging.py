"""One choice of many, some at a time in the same message; all of them can be typed at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.dialogue.choices import match
from bot.dialogue.exchange import Doubt, Draft, Given, Moment, Picked, Rows, Taken, Ticked, Value
from bot.dialogue.language import _
from bot.dialogue.messages import Heard
from bot.dialogue.questions import OneOf

A_PAGE: Final = 8
MORE: Final = ".more"


@dataclass(frozen=True, slots=True)
class Paged(OneOf):
    """One choice; the page that is shown is kept in the draft, and after the last comes the first.

    A typed number is one on that page.
    """

    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken:
        """A pressed or typed option, or the next page."""
        following = {"page": draft.get("page", 0) + 1}
        match given:
            case Picked(option) if option == MORE:
                return Ticked(following)
            case Heard(text=text) if named := match(text, self._shown(draft)):
                return Doubt(self.text, following) if named == MORE else Value(named)
        return OneOf.take(self, given, draft, moment)

    def _shown(self, draft: Draft) -> dict[str, str]:
        every = list(self.options.items())
        if len(every) <= A_PAGE + 1:
            return dict(every)
        pages = -(-len(every) // A_PAGE)
        first = draft.get("page", 0) % pages * A_PAGE
        return {**dict(every[first : first + A_PAGE]), MORE: _("Show more")}

    def rows(self, draft: Draft) -> Rows:
        """The options of this page, and the way to the next."""
        shown = self._shown(draft)
        more = [[(shown.pop(MORE), MORE)]] if MORE in shown else []
        every = [(label, option) for option, label in shown.items()]
        return [*(every[n : n + self.columns] for n in range(0, len(every), self.columns)), *more]
