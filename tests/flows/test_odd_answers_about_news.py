"""Every question about what one follows, answered with what is no answer: none fails or counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.dialogue.messages import Kind, units
from storage import people
from tests.flows.explorer import Explorer, Frozen, thawed
from tests.flows.news_house import goes_weekly, member, news_world, visitor
from tests.flows.whole import rows
from tests.phone import Phone
from tests.whole.hostile import TEXTS

STARTS = ("f:follow", "f:follow:topics", "f:follow:places", "f:agree:all", "f:agree:survey")
ODD: dict[str, Callable[[Phone], object]] = {
    "sticker": lambda phone: phone.shares(Kind.STICKER),
    "voice": lambda phone: phone.shares(Kind.VOICE, file="f"),
    "location": lambda phone: phone.shares(Kind.LOCATION, latitude=-90.0, longitude=180.0),
    "album": lambda phone: phone.shares(Kind.PHOTO, file="f", album="a"),
    "edited": lambda phone: phone.edits("Something else."),
    "an old button": lambda phone: phone.sends("a:1z:sure:yes"),
    "NUL": lambda phone: phone.types("\0\0"),
    "long": lambda phone: phone.types(TEXTS["families"]),
    "markup": lambda phone: phone.types(TEXTS["long markup"]),
    "/news": lambda phone: phone.types("/news"),
    "/help": lambda phone: phone.types("/help"),
    "0": lambda phone: phone.types("0"),
    "stop": lambda phone: phone.types("stop"),
}


def somebody_new() -> Phone:
    return visitor(news_world())


def somebody_weekly() -> Phone:
    phone = goes_weekly(world := news_world(), member(world))
    world.run(people.set_themes, phone.person.id, ["green"])
    return phone


@pytest.fixture(scope="module", params=[somebody_new, somebody_weekly])
def met(request: pytest.FixtureRequest) -> tuple[Phone, list[Frozen]]:
    """Somebody, and every question that they may meet."""
    phone: Phone = request.param()
    explorer = Explorer(phone)
    found = [one for data in STARTS for one in explorer.questions(data)]
    assert len(found) >= 8
    return phone, found


def kept(phone: Phone) -> Any:
    """What is kept of what somebody chose."""
    chosen = [row["digest"] for row in rows(phone.world, "people")]
    return chosen, rows(phone.world, "follows"), rows(phone.world, "consents")


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_answer_gets_a_sentence_and_changes_nothing(
    met: tuple[Phone, list[Frozen]], what: str
) -> None:
    phone, questions = met
    for was in questions:
        thawed(phone, was)
        before = kept(phone)
        phone.hears()
        ODD[what](phone)
        said = [shown.text for shown in phone.screen()]
        assert all(units(text) <= 4096 for text in said)
        assert phone.toast or len(said) > len(was.seen) or what == "edited"
        assert kept(phone) == before, was.asked
