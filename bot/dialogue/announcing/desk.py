"""What the questions of an announcement offer, in words; looked up when it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Protocol

from bot.dialogue.announcing import audience_words, summary
from bot.dialogue.announcing.audience_questions import Audience, Told, audience_of
from bot.dialogue.language import _, languages, spoken
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.gatherings import Planned
from bot.dialogue.talk import Talk

MOST_OFFERED: Final = 100


class Meeting(Planned, Protocol):
    """A meeting that can be chosen."""

    @property
    def id(self) -> int: ...


class Survey(Protocol):
    """A survey that can be chosen; its title is in several languages."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> Mapping[str, str]: ...


class Shelf(Protocol):
    """Where all that is found."""

    def languages(self) -> Sequence[str]: ...
    def managed(self, most: int) -> Sequence[Meeting]: ...
    def coming(self, most: int) -> Sequence[Meeting]: ...
    def meeting(self, meeting: int) -> Meeting | None: ...
    def surveys(self) -> Sequence[Survey]: ...
    def neighbourhoods(self, municipality: str) -> Sequence[str]: ...
    def count(self, to: Audience, purpose: str) -> summary.Counted: ...
    def begins(self, meeting: int, minutes: int) -> datetime | None: ...
    def morning_after(self, moment: datetime) -> datetime | None: ...


class Labels(Mapping[str, str]):
    """Meetings by their numbers; each is put into words only when somebody looks at it."""

    def __init__(self, found: Mapping[str, Meeting], now: datetime) -> None:
        self._found = found
        self._now = now

    def __getitem__(self, number: str) -> str:
        one = self._found[number]
        return _("{title}, {when}").format(
            title=gatherings.label(one, 30), when=gatherings.starts(one, self._now)
        )

    def __contains__(self, number: object) -> bool:
        return number in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Desk:
    """What there is to choose from while this announcement is written."""

    def __init__(self, shelf: Shelf, talk: Talk, announcement: int) -> None:
        self.announcement = announcement
        self._shelf = shelf
        self._talk = talk

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Those of the platform; everybody who has no text of their own gets the first."""
        return tuple(self._shelf.languages()) or languages()

    def kinds(self) -> dict[str, str]:
        """What can be written about now."""
        found = summary.kinds()
        if not self._surveys:
            found.pop("survey")
        if not self._shelf.managed(1):
            found.pop("meeting")
        return found

    def meetings(self) -> Mapping[str, str]:
        """What this person runs, to come or over not long ago."""
        return self._managed

    def coming(self) -> Mapping[str, str]:
        """What everybody sees, to come."""
        return self._coming

    def surveys(self) -> dict[str, str]:
        """Those that can be filled in now."""
        return self._surveys

    @cached_property
    def any_coming(self) -> bool:
        """Whether there is any of those; looked up without all of them."""
        return bool(self._shelf.coming(1))

    @cached_property
    def _managed(self) -> Labels:
        return self._labels(self._shelf.managed(MOST_OFFERED))

    @cached_property
    def _coming(self) -> Labels:
        return self._labels(self._shelf.coming(MOST_OFFERED))

    @cached_property
    def _surveys(self) -> dict[str, str]:
        return {str(one.id): _in_language(one.title) for one in self._shelf.surveys()}

    def _labels(self, found: Sequence[Meeting]) -> Labels:
        return Labels({str(one.id): one for one in found}, self._talk.now)

    def title(self, meeting: int) -> str:
        """What a meeting is called."""
        found = self._shelf.meeting(meeting)
        return found.title if found is not None else _("a meeting that is not there any more")

    def neighbourhoods(self, municipality: str) -> Sequence[str]:
        """What people there call theirs."""
        return self._shelf.neighbourhoods(municipality)

    def count(self, to: Audience, purpose: str) -> summary.Counted:
        """How many that is now."""
        return self._shelf.count(to, purpose)

    def told(self, chosen: Audience, purpose: str) -> Told:
        """Whom that is for, and how many they are."""
        counted = self.count(chosen, purpose)
        said = _("This is for {whom}.\n\n{counts}")
        whom = self._whom(chosen)
        return Told(said.format(whom=whom, counts=summary.told(counted)), counted.meant)

    def whom(self, given: Mapping[str, Any]) -> str:
        """Whom these answers mean, in words."""
        return self._whom(audience_of(given))

    def _whom(self, chosen: Audience) -> str:
        return audience_words.whom(chosen, self.title)

    def begins(self, meeting: int, minutes: int) -> datetime | None:
        """The moment so many minutes from the start of a meeting, if that takes place."""
        return self._shelf.begins(meeting, minutes)

    def morning_after(self, moment: datetime) -> datetime | None:
        """When the night is over that the moment is in."""
        return self._shelf.morning_after(moment)


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get(spoken()) or next(iter(texts.values()), "")
