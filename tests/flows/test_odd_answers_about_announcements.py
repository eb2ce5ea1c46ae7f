"""Every question of writing to many, answered with what is no answer, or too late: none fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.dialogue.messages import Kind
from storage import people, rsvps
from storage.rsvps import Party
from tests.flows.announce_house import UTRECHT, make_world, plan, put_survey, readers, writer
from tests.flows.explorer import Frozen, deletes, facts, frozen, thawed
from tests.flows.whole import rows
from tests.phone import Phone
from tests.whole.hostile import TEXTS

ODD: dict[str, Callable[[Phone], object]] = {
    "sticker": lambda phone: phone.shares(Kind.STICKER),
    "location": lambda phone: phone.shares(Kind.LOCATION, latitude=-90.0, longitude=180.0),
    "photo": lambda phone: phone.shares(Kind.PHOTO, file="f", caption=TEXTS["families"][:500]),
    "voice": lambda phone: phone.shares(Kind.VOICE, file="f"),
    "album": lambda phone: phone.shares(Kind.PHOTO, file="f", album="a"),
    "edited": lambda phone: phone.edits("Something else.") or "nothing to say",
    "contact": lambda phone: phone.shares(Kind.CONTACT, phone="+31600000000", own=False),
    "an old button": lambda phone: phone.sends("a:1z:.sure:send"),
    "NUL": lambda phone: phone.types("\0\0"),
    "long": lambda phone: phone.types(TEXTS["families"]),
    "markup": lambda phone: phone.types(TEXTS["long markup"]),
    "/announce": lambda phone: phone.types("/announce"),
    "/help": lambda phone: phone.types("/help"),
    "back": lambda phone: phone.types("back"),
    "0": lambda phone: phone.types("0"),
    "tomorrow": lambda phone: phone.types("ask me tomorrow"),
}
LATER = timedelta(days=40)
BASE = "Kom ook."
ADD = "change or add something"
WAYS: tuple[tuple[str, ...], ...] = (
    ("News", "People in a municipality", "Utrecht", "only some", "People in a neighbourhood",
     "Utrecht", "Noor", "leave some out", "People of a meeting", "1", "Those who may come", "yes",
     "x" * 1025, "1", ADD, "picture file or voice", "!photo", "Send only the text",
     ADD, "buttons", "Link", "example.org", "Lees", "Meeting", "1", "Survey", "1",
     ADD, "under news", "yes", ADD, "about", "done", ADD, "for people who join later", "no",
     ADD, "when", "At a time", "tomorrow 12:00", "1", "2", "5"),
    ("News", "Everybody", BASE, "green and play", "skip", ADD, "to", "only some",
     "People by their language", "1", "yes", ADD, "text in english", "Come too.",
     ADD, "when", "before or after a meeting", "1", "2 days before", ADD),
    ("an invitation to a survey", "1", "people by what matters to them", "1"),
    ("something for the people of a meeting", "1", "those who come", BASE),
)  # fmt: skip
"""The ways of answering by which each question is met."""
FEWEST = 39


@pytest.fixture(scope="module")
def met() -> tuple[Phone, list[Frozen]]:
    """A coordinator before each question that there is."""
    world = make_world(second_person_above=2, paid_broadcast=True)
    [first, *_others] = readers(world, 5, neighbourhood="Noor", part="resident")
    walk = plan(world, municipality=UTRECHT)
    world.run(rsvps.claim, walk.id, Party(first, 1, "Noor"), world.now)
    put_survey(world)
    phone = writer(world)
    writer(world, "omar")
    found: dict[tuple[str, str], Frozen] = {}
    start = frozen(phone)
    for way in WAYS:
        thawed(phone, start)
        phone.types("/announce")
        for step in way:
            _meet(phone, found)
            if step == "!photo":
                phone.shares(Kind.PHOTO, file="f")
            else:
                phone.types(step)
        _meet(phone, found)
    assert len(found) >= FEWEST, " ".join(key for _flow, key in sorted(found))
    return phone, list(found.values())


def _meet(phone: Phone, found: dict[tuple[str, str], Frozen]) -> None:
    now = frozen(phone)
    if now.asked is not None:
        found.setdefault((now.asked.flow, now.asked.key), now)


@pytest.mark.timeout(200)
def test_no_odd_answer_fails(met: tuple[Phone, list[Frozen]]) -> None:
    phone, questions = met
    for was in questions:
        for name, does in ODD.items():
            thawed(phone, was)
            assert does(phone) or phone.toast, (was.asked, name)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("what", ["gone", "later"])
def test_no_answer_fails_when_things_are_otherwise_by_then(
    met: tuple[Phone, list[Frozen]], what: str
) -> None:
    phone, questions = met
    for was in questions:
        for press in range(3):
            thawed(phone, was)
            assert was.asked is not None
            if what == "later":
                phone.world.now += LATER
            else:
                for row in rows(phone.world, "meetings"):
                    deletes(phone.world, row["id"])
            options = was.asked.options[press : press + 1]
            heard = phone.sends(options[0][1]) if options else phone.types("Noor")
            assert heard or phone.toast or options, was.asked


@pytest.mark.timeout(200)
def test_whoever_lost_the_right_meanwhile_changes_nothing(
    met: tuple[Phone, list[Frozen]],
) -> None:
    phone, questions = met
    for was in questions:
        thawed(phone, was)
        assert was.asked is not None
        phone.world.run(people.change, phone.person.id, role="none")
        before = facts(phone.world)
        for _label, data in was.asked.options[:2]:
            phone.sends(data)
        phone.types("Noor")
        assert facts(phone.world) == before, was.asked
