"""What people type about days and hours, in plain words: figures, and one mark a part of the day.

Dutch and English are both read, whichever is being spoken: many people mix them. A mark such as
`_evening` stands for all ways to say so, so that the grammar of hours has one word to look for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from babel import Locale

from bot.dialogue.language import spoken

_UNITS: Final = {
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien "
    "zestien zeventien achttien negentien",
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
}
_TENS: Final = {"nl": ("twintig", "dertig", "veertig", "vijftig"),
                "en": ("twenty", "thirty", "forty", "fifty")}  # fmt: skip
_CUES: Final = {
    "nl": "uur uren om s voor over kwart kwartier morgen overmorgen vandaag volgende komende "
    "aanstaande tot op van anderhalf minuten",
    "en": "at oclock past to quarter tomorrow today next on until till of the hour hours minutes",
}
_ODD: Final = re.compile(r"""['’‘`´]|\u02bc""")
_PAUSES: Final = re.compile(r"""[!?;"“”()]|,(?!\d)|(?<!\d),|(?<=[^\W\d])\.|\.(?=\s|$)""")
_PARTS: Final = {
    "_midnight": "middernacht|midnight",
    "_noon": "noon|midday",
    "_morning": "(?:s |in de |in the )?(?:ochtends?|morgens|morning)|vroeg",
    "_afternoon": "(?:s |in de |in the )?(?:middags?|afternoon)",
    "_evening": "(?:s |in de |in the )?(?:avonds?|evening)",
    "_night": "(?:s |in de |in the |at )?(?:nachts?|night)",
}
_THIS: Final = re.compile(r"\b(?:van(?=ochtend|morgen|middag|avond|nacht)|this (?!week|coming))")
_HALF: Final = re.compile(r"\bhalf(?=[a-z0-9])")
_GLUED: Final = re.compile(r"\b(\w+?) ?(ochtend|morgen|middag|avond|nacht|morning|evening)s?\b")
_TONIGHT: Final = re.compile(r"\b(?:tonight|this night)\b")


@cache
def names(kind: str, language: str) -> dict[str, int]:
    """Plain name to number, of `months` (1-12) or `days` (0-6, Monday first), wide and short."""
    locale = Locale.parse(language, sep="-")
    source = locale.months if kind == "months" else locale.days
    return {
        bare(str(word)).strip(): number
        for width in ("abbreviated", "wide")
        for number, word in source["format"][width].items()
    }


@cache
def _numbers(language: str) -> dict[str, int]:
    units = _UNITS[language].split()
    found = {word: number for number, word in enumerate(units, 1)}
    for number, ten in enumerate(_TENS[language], 2):
        found[ten] = number * 10
        for unit, word in enumerate(units[:9], 1):
            together = (
                [f"{word}en{ten}"] if language == "nl" else [f"{ten}-{word}", f"{ten} {word}"]
            )
            found |= dict.fromkeys(together, number * 10 + unit)
    return found


@cache
def _number_words() -> tuple[re.Pattern[str], dict[str, int]]:
    known = {**_numbers("en"), **_numbers("nl")}
    longest_first = sorted(known, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b"), known


@cache
def _days_of_the_week() -> frozenset[str]:
    return frozenset({*names("days", "nl"), *names("days", "en")})


def bare(text: str) -> str:
    """`text` without case, accents, apostrophes, invisible marks and pauses; figures as typed."""
    typed = _ODD.sub("", text[:200]).replace("–", "-").replace("—", "-")
    flat = unicodedata.normalize("NFKD", typed.casefold())
    kept = "".join(c for c in flat if unicodedata.category(c) not in ("Mn", "Cf", "Me"))
    kept = re.sub(r"\b([ap])\. ?m\b\.?", r"\1m", kept)
    kept = re.sub(r"\ba\. ?s\b\.?", "komende", kept)
    return " ".join(_PAUSES.sub(" ", kept).split())


def plainly(text: str) -> str:
    """`text` as the grammars of days and hours read it."""
    said = _TONIGHT.sub("vandaag _evening", _THIS.sub("vandaag ", bare(text)))
    said = _HALF.sub("half ", _GLUED.sub(_apart, said))
    for mark, words in _PARTS.items():
        said = re.sub(rf"\b(?:{words})\b", mark, said)
    said = re.sub(r"(?<=[\d ])(am|pm)\b", r" _\1", said)
    pattern, known = _number_words()
    return " ".join(pattern.sub(lambda found: str(known[found[0]]), said).split())


def _apart(found: re.Match[str]) -> str:
    """`dinsdagavond` and `dinsdag avond` in two words, the second of which is a part of the day."""
    day, part = found[1], found[2]
    if day not in {*_days_of_the_week(), "morgen", "overmorgen", "vandaag", "tomorrow"}:
        return found[0]
    return f"{day} {'morning' if part == 'morgen' else part}"


def said_in(text: str) -> str:
    """`nl` or `en`, by the words in `text`; the language being spoken where they do not tell."""
    words = set(re.findall(r"[^\W\d]+", _HALF.sub("half ", _GLUED.sub(_apart, bare(text)))))
    told = {
        code: len(words & {*cues.split(), *_numbers(code), *names("days", code)})
        for code, cues in _CUES.items()
    }
    if told["nl"] != told["en"]:
        return max(told, key=lambda code: told[code])
    return spoken()
