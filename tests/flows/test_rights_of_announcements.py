"""Nobody without the right sees or changes what is written to many, whatever they press."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

import handlers
from bot.dialogue.flow import Flow, entry
from handlers import (
    announce,
    announcement_approval,
    announcement_control,
    announcement_lists,
    announcement_mending,
    announcement_reading,
    announcements,
    compose,
    digest,
    following,
    news,
)
from storage import announcements as kept
from storage import people, planning, sendings
from storage.meetings import Status
from storage.people import Role
from storage.sendings import State
from tests.flows.explorer import question, undone
from tests.flows.meeting_house import plan
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    asked,
    begins,
    content,
    drafted,
    first,
    goes_out,
    make_world,
    planned,
    wants_news,
)
from tests.flows.whole import rows
from tests.phone import Phone, World

SECRET = "Zwartekat"
"""In every text, on every button and in the names of all who got something."""
MODULES = {
    one.__name__
    for one in (
        announce, announcement_approval, announcement_control, announcement_lists,
        announcement_mending, announcement_reading, announcements, compose, digest, following,
        news,
    )
}  # fmt: skip
NUMBERED = {"announcement_id", "announcement", "sending_id"}
STRANGE = ("0", "999999999999999", "-1", "\u0663", "")
"""Numbers of nothing, and what is no number."""
WORDS = ("all", "news", SECRET)
KEPT = ("announcements", "sendings", "recipients", "templates", "taps", "audit")
"""The tables that nobody else changes."""
ROLES = (
    "announce", "compose", "announcements", "announcement", "announcement_preview",
    "audience_list", "audience_file", "approve_announcement", "refuse_announcement",
    "undo_announcement", "drop_announcement", "copy_announcement", "pause_sending",
    "resume_sending", "cancel_sending", "send_again", "correct_announcement",
    "withdraw_announcement", "recipient_list", "recipient_file", "followers",
)  # fmt: skip
"""Flows for coordinators alone."""


def concerned() -> list[Flow]:
    return [one for one in handlers.FLOWS if one.run.__module__ in MODULES]


def buttons(meeting: int) -> list[dict[str, Any]]:
    label = {"en": f"{SECRET} too"}
    return [
        {"kind": "link", "label": label, "value": f"https://example.org/{SECRET}"},
        {"kind": "meeting", "label": label, "value": meeting},
    ]


def secretive() -> tuple[World, Phone]:
    """One of each kind: a draft, one that is asked, planned, thrown away, going out, held up,
    gone, corrected and taken back; and who wrote them.
    """
    world = make_world()
    boss = coordinator(world, SECRET.lower())
    world.run(people.change, boss.person.id, name=SECRET)
    for number in range(2):
        reader = wants_news(world, f"{SECRET} {number}")
        world.run(people.change, reader.person.id, name=f"{SECRET} {number}")
    hidden = plan(world, title=f"{SECRET} feast", place=SECRET, status=Status.DRAFT)
    said = content(f"{SECRET} is coming.", buttons=buttons(hidden.id))
    gone, corrected, withdrawn = (planned(boss, said) for _each in range(3))
    goes_out(world)
    world.run(sendings.correct, corrected, said, boss.person.id, world.now)
    world.run(sendings.withdraw, withdrawn, boss.person.id, world.now)
    goes_out(world)
    assert first(world, gone).sent == 2
    paused = planned(boss, said)
    begins(world)
    world.run(sendings.pause, first(world, paused).id)
    drafted(boss, said)
    asked(boss, said)
    planned(boss, said, seconds=9000)
    dropped = drafted(boss, said)
    assert world.run(kept.drop, dropped, world.now)
    return world, boss


def numbers(world: World) -> list[str]:
    every = {row["id"] for name in ("announcements", "sendings") for row in rows(world, name)}
    return [*map(str, sorted(every)), *STRANGE]


def presses(world: World, flow: Flow) -> Iterator[str]:
    """Buttons that start a flow with all kinds of numbers and words, true and made up."""
    given = []
    for name, kind in list(flow.parameters.items())[:2]:
        if name in NUMBERED:
            given.append(numbers(world))
        else:
            given.append(["0", "1", "77"] if kind is int else list(WORDS))
    for arguments in product(*given):
        yield entry(flow.name, *arguments)
    if given:
        yield entry(flow.name)


def shown(phone: Phone) -> str:
    """All that is on the screen, and on the buttons."""
    on_it = phone.screen()
    return "".join([*(one.text for one in on_it), *(la for one in on_it for la in one.labels)])


def truth(world: World) -> list[Any]:
    return [rows(world, name) for name in KEPT]


def visitor(world: World) -> Phone:
    phone = world.phone("noor")
    phone.types("/start")
    return phone


def member(world: World) -> Phone:
    phone = visitor(world)
    world.run(people.join, phone.person.id, world.now, {"name": "Noor"})
    return phone


def host(world: World) -> Phone:
    phone = member(world)
    walk = plan(world, "walk")
    world.run(planning.edit, walk.id, None, world.now, quiet=True, host=phone.person.id)
    return phone


def once_a_coordinator(world: World) -> Phone:
    phone = member(world)
    world.run(people.change, phone.person.id, role=Role.COORDINATOR)
    world.run(people.change, phone.person.id, role=Role.NONE)
    return phone


@pytest.fixture(scope="module", params=[visitor, host, once_a_coordinator])
def noor(request: pytest.FixtureRequest) -> Phone:
    phone: Phone = request.param(secretive()[0])
    return phone


@pytest.mark.parametrize("flow", concerned(), ids=lambda flow: flow.name)
def test_without_the_right_nothing_is_seen_and_nothing_changes(noor: Phone, flow: Flow) -> None:
    before = truth(noor.world)
    every = list(presses(noor.world, flow))
    for data in every[:: 5 if flow.role else 1]:
        with undone(noor):
            assert noor.sends(data) or noor.toast, data
            for typed in ("yes", "1", "Noor"):
                if question(noor) is None:
                    break
                noor.types(typed)
            assert SECRET not in shown(noor), data
            assert truth(noor.world) == before, data


def test_every_flow_of_writing_to_many_asks_for_the_role() -> None:
    asks = {one.name for one in concerned() if one.role == Role.COORDINATOR}
    assert asks == set(ROLES)


@pytest.fixture(scope="module")
def boss() -> Phone:
    """A colleague of who wrote it all."""
    return coordinator(secretive()[0], "mia")


@pytest.mark.parametrize("flow", concerned(), ids=lambda flow: flow.name)
def test_with_the_right_every_number_gets_an_answer(boss: Phone, flow: Flow) -> None:
    for data in presses(boss.world, flow):
        with undone(boss):
            assert boss.sends(data) or boss.toast, data
            if question(boss) is not None:
                assert boss.types("1") or boss.toast, data


ASKING = {
    "approve_announcement": ("1", "2"), "refuse_announcement": ("Why?", "skip"),
    "drop_announcement": ("1",), "cancel_sending": ("1",),
    "correct_announcement": ("New words.",), "withdraw_announcement": ("1",),
}  # fmt: skip
"""Flows with a question, and what would be an answer to it."""


@pytest.mark.parametrize("name", ASKING)
def test_who_loses_the_role_half_way_does_nothing_any_more(boss: Phone, name: str) -> None:
    met = 0
    for number, answer in product(numbers(boss.world), ASKING[name]):
        with undone(boss):
            boss.sends(entry(name, number))
            asks = question(boss)
            if asks is None:
                continue
            met += 1
            boss.world.run(people.change, boss.person.id, role=Role.NONE)
            before = truth(boss.world)
            for _label, data in asks.options[:2]:
                boss.sends(data)
            said = boss.types(answer)
            assert SECRET not in "".join(said), (name, number)
            assert truth(boss.world) == before, (name, number)
    assert met


def test_what_went_to_others_is_not_news_for_a_stranger_but_public_news_is() -> None:
    world, boss = secretive()
    public = planned(boss, content("Everybody may read this."), is_news=True)
    goes_out(world)
    stranger = visitor(world)
    assert "Everybody may read this." in "".join(stranger.sends(entry("news_item", public)))
    assert "Everybody may read this." in stranger.sends("f:news")[0]
    assert world.run(sendings.first_of, public).state == State.DONE


def test_who_got_it_cannot_be_asked_by_who_got_it() -> None:
    world, boss = secretive()
    mine = wants_news(world, "noor")
    sent = planned(boss, content("Read this."))
    goes_out(world)
    run = first(world, sent).id
    for flow in ("recipient_list", "recipient_file", "audience_list", "audience_file"):
        told = "".join(mine.sends(entry(flow, run)))
        assert "for coordinators" in told
        assert mine.last.message is not None
        assert mine.last.message.attachment is None
