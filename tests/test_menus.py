"""Who sees which commands, and that the channel is told whenever that changes."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

import handlers
from bot.channels import NotSent, Refused, TryLater, Unreachable
from bot.config import Platform
from bot.dialogue.flow import ROLES
from bot.dialogue.language import languages
from bot.menus import Menus, menu
from storage import Database, people

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
LONGEST_NAME = "Bewonersplatform " + "x" * 47
"""As long as the settings allow."""

# https://core.telegram.org/bots/api#botcommand and #setmydescription
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS, MOST_ABOUT, MOST_DESCRIPTION, MOST_SHORT = 100, 256, 512, 120


class FakeChannel:
    """Keeps what it is told; raises the faults it was given first, one a call."""

    def __init__(self, *faults):
        self.faults = list(faults)
        self.menus = {}
        self.described = {}

    async def set_commands(self, commands, *, language="", chat=""):
        if self.faults:
            raise self.faults.pop(0)
        self.menus[language, chat] = commands

    async def set_description(self, text, short, *, language=""):
        self.described[language] = (text, short)


@pytest.fixture
async def db(sqlite_url):
    database = await Database.open(sqlite_url, migrate=False)
    yield database
    await database.close()


def platform(name="Bewonersplatform"):
    return Platform(
        name=name, timezone=ZoneInfo("Europe/Amsterdam"), languages=("nl", "en"),
        default_language="nl",
    )  # fmt: skip


def menus(db, channel, **known):
    return Menus(db, channel, handlers.FLOWS, platform(**known))


async def one_round(keeper):
    """Let it do its first round; it sleeps after that."""
    running = asyncio.create_task(keeper.run())
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(running), 0.3)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def somebody(db, name, role="coordinator"):
    person = await db.run(people.arrive, f"telegram:{name}", "en", NOW)
    await db.run(people.change, person.id, role=role)
    return person


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("role", ROLES)
def test_every_menu_is_one_that_telegram_takes(language, role):
    commands = menu(handlers.FLOWS, role, language)
    assert 10 < len(commands) <= MOST_COMMANDS
    for command, about in commands.items():
        assert COMMAND.fullmatch(command), command
        assert 1 <= len(about) <= MOST_ABOUT


@pytest.mark.parametrize("language", languages())
def test_no_two_flows_share_a_command(language):
    shown = [flow for flow in handlers.FLOWS if flow.command and flow.about]
    assert len(menu(handlers.FLOWS, "admin", language)) == len(shown)


def test_each_role_sees_what_it_may_use_and_no_more():
    none, coordinator, admin = (menu(handlers.FLOWS, role, "en").keys() for role in ROLES)
    assert "ask" in none
    assert coordinator - none == {
        "results", "manage", "newmeeting", "announce", "announcements"
    }  # fmt: skip
    assert admin - coordinator == {"roles", "health"}
    assert "admin" not in admin


def test_what_few_need_is_in_the_menu_of_their_role_alone():
    everybody = replace(handlers.FLOWS[0], role="none", command="/run", about="run it")
    flows = [replace(everybody, shown_to="coordinator")]
    shown = [list(menu(flows, role, "en")) for role in ROLES]
    assert shown == [[], ["run"], ["run"]]
    assert list(menu([everybody], "none", "en")) == ["run"]


async def test_all_menus_and_descriptions_are_set(db):
    channel = FakeChannel()
    await one_round(menus(db, channel, name=LONGEST_NAME))
    assert channel.menus.keys() == {("", ""), ("nl", ""), ("en", "")}
    assert channel.menus["", ""] == channel.menus["nl", ""] == menu(handlers.FLOWS, "none", "nl")
    assert channel.described.keys() == {"", "nl", "en"}
    for text, short in channel.described.values():
        assert LONGEST_NAME in text
        assert len(text) <= MOST_DESCRIPTION
        assert len(short) <= MOST_SHORT


async def test_a_role_brings_a_menu_of_its_own_once(db):
    channel = FakeChannel()
    await somebody(db, "noor")
    await one_round(menus(db, channel))
    assert channel.menus["", "telegram:noor"] == menu(handlers.FLOWS, "coordinator", "en")
    assert await db.read(people.with_menu_due, 5) == []


@pytest.mark.parametrize("fault", [Unreachable("gone"), Refused("no")])
async def test_a_chat_that_takes_no_menu_does_not_hold_up_the_others(db, fault):
    channel = FakeChannel(fault)
    keeper = menus(db, channel)
    for name in ("noor", "ali"):
        await somebody(db, name)
    await keeper._for_some()
    assert len(channel.menus) == 1
    assert await db.read(people.with_menu_due, 5) == []


@pytest.mark.parametrize("fault", [NotSent("no connection"), TryLater(3)])
async def test_what_could_not_be_set_now_is_set_later(db, fault):
    channel = FakeChannel(fault)
    noor = await somebody(db, "noor")
    keeper = menus(db, channel)
    with pytest.raises(type(fault)):
        await keeper._for_some()
    assert [one.id for one in await db.read(people.with_menu_due, 5)] == [noor.id]
    await keeper._for_some()
    assert ("", "telegram:noor") in channel.menus


async def test_a_channel_that_is_away_stops_nothing(db):
    channel = FakeChannel(NotSent("no connection"))
    await somebody(db, "noor")
    await one_round(menus(db, channel))
    assert channel.menus.keys() == {("", "telegram:noor")}
