"""The state as JSON and back, for a file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.emulator.chats import Chat, Person
from bot.emulator.state import Press, State, first_id
from bot.emulator.updates import Pending

Json = dict[str, Any]

FORMAT = 1


def saved(state: State) -> Json:
    """Everything that a restart must not lose; the ledger and the counts are not part of it."""
    return {
        "format": FORMAT,
        "clock": state.clock.offset,
        "bot": state.bot,
        "last_message_id": state.last_message_id,
        "next_update_id": state.updates.next_id,
        "allowed_updates": state.updates.allowed,
        "pending": [asdict(one) for one in state.updates.pending],
        "people": [asdict(person) for person in state.people.values()],
        "chats": [chat.saved() for chat in state.chats.values()],
        "presses": [asdict(press) for press in state.presses.values()],
        "profile": state.profile.saved(),
        "webhook": state.webhook,
        "files": state.files.known,
    }


def load(state: State, kept: Json) -> None:
    """Take over what `saved` gave; ids go on from there, or from real time if that is later."""
    if kept.get("format") != FORMAT:
        raise ValueError("the state file is of another release; remove it to begin again")
    state.clock.offset = kept["clock"]
    state.bot = {**kept["bot"], "id": state.bot["id"]}
    state.last_message_id = max(kept["last_message_id"], first_id())
    state.updates.next_id = max(kept["next_update_id"], first_id())
    state.updates.allowed = kept["allowed_updates"]
    state.updates.restore(Pending(**one) for one in kept["pending"])
    state.people = {one["id"]: Person(**one) for one in kept["people"]}
    state.chats = {one["id"]: Chat.loaded(one) for one in kept["chats"]}
    state.presses = {one["query_id"]: Press(**one) for one in kept["presses"]}
    state.profile.load(kept["profile"])
    state.webhook = kept["webhook"]
    state.files.known = kept["files"]
