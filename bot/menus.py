"""The command menus: who sees which commands, in which language.

Everybody has the menu of the residents in the language of their app. Who has more rights, or chose
another language than their app's, has a menu of their own chat; it is set anew when that changes.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Iterable, Sequence

from bot.channels import Channel, NotSent, OutcomeUnknown, SendError, TryLater
from bot.config import Platform
from bot.dialogue.flow import ROLES, Flow
from bot.dialogue.language import N_, _, speaking
from bot.router import command_word
from storage import Database, people
from storage.errors import StorageError

ABOUT = N_("I am the bot of {platform}: meetings, learning and neighbours who know how.")
SHORT = N_("The bot of {platform}. Press Start and see what is on.")
SECONDS = 5.0
"""How long a changed menu may wait."""

_log = logging.getLogger(__name__)


def menu(flows: Iterable[Flow], role: str, language: str) -> dict[str, str]:
    """The commands that somebody with `role` may use, with what they do, in `language`."""
    with speaking(language):
        return {
            command_word(_(flow.command)): _(flow.about)
            for flow in flows
            if flow.command
            and flow.about
            and ROLES.index(flow.shown_to or flow.role) <= ROLES.index(role)
        }


class Menus:
    """Keeps the menus as they should be.

    What the channel could not take now is tried again; what it refuses of one chat is not.
    """

    def __init__(
        self, database: Database, channel: Channel, flows: Sequence[Flow], platform: Platform
    ) -> None:
        self._database = database
        self._channel = channel
        self._flows = flows
        self._platform = platform.name
        self._languages = {"": platform.default_language} | {c: c for c in platform.languages}

    async def run(self) -> None:
        """Set the menus of all, then those of single chats as they change, until cancelled."""
        done = False
        for _round in itertools.count():
            done = done or await self._tried(self._for_all())
            await self._tried(self._for_some())
            await asyncio.sleep(SECONDS if done else 60)

    async def _tried(self, work: Awaitable[None]) -> bool:
        try:
            await work
        except (SendError, StorageError) as error:
            _log.warning("menus not set reason=%s", type(error).__name__)
            return False
        return True

    async def _for_all(self) -> None:
        for code, language in self._languages.items():
            with speaking(language):
                about = _(ABOUT).format(platform=self._platform)
                short = _(SHORT).format(platform=self._platform)
            await self._channel.set_commands(menu(self._flows, "none", language), language=code)
            await self._channel.set_description(about, short, language=code)

    async def _for_some(self) -> None:
        for person in await self._database.read(people.with_menu_due, 20):
            commands = menu(self._flows, person.role, person.language)
            try:
                await self._channel.set_commands(commands, chat=person.chat)
            except (NotSent, OutcomeUnknown, TryLater):
                raise
            except SendError as error:
                _log.info("menu of a chat not set reason=%s", type(error).__name__)
            await self._database.run(people.menu_set, person.id, person.role, person.language)
