"""The methods about updates and files that come in, apart from getUpdates itself."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from bot.emulator.call import Call
from bot.emulator.files import LARGEST_DOWNLOAD
from bot.emulator.refusals import bad
from bot.emulator.state import State

Json = dict[str, Any]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def set_webhook(state: State, call: Call) -> bool:
    """setWebhook; only to this machine, where plain HTTP is allowed."""
    params = call.params
    url = params.get("url", "")
    if not url:
        return delete_webhook(state, call)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.hostname not in LOOPBACK:
        raise bad("bad webhook: Failed to resolve host", "the emulator calls this machine only")
    if not _SECRET.fullmatch(params.get("secret_token", "x")):
        raise bad("secret token contains unallowed characters", "1-256 of A-Z a-z 0-9 _ -")
    connections = params.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad("wrong max_connections specified", "1-100")
    if "allowed_updates" in params:
        state.updates.allowed = params["allowed_updates"]
    if params.get("drop_pending_updates"):
        state.updates.confirm(state.updates.next_id + 2**40)
    secret = params.get("secret_token", "")
    state.webhook = {"url": url, "max_connections": connections, "secret_token": secret}
    state.updates.call_waiting()
    return True


def delete_webhook(state: State, call: Call) -> bool:
    """deleteWebhook."""
    if call.params.get("drop_pending_updates"):
        state.updates.confirm(state.updates.next_id + 2**40)
    state.webhook = {"url": ""}
    return True


def get_webhook_info(state: State, _call: Call) -> Json:
    """getWebhookInfo."""
    info = {key: value for key, value in state.webhook.items() if key != "secret_token"}
    if state.updates.allowed:
        info["allowed_updates"] = state.updates.allowed
    waiting = len(state.updates.pending)
    return {"has_custom_certificate": False, "pending_update_count": waiting, **info}


def get_file(state: State, call: Call) -> Json:
    """getFile."""
    described = state.files.known.get(call.params["file_id"])
    if described is None:
        raise bad("invalid file_id")
    if described["file_size"] > LARGEST_DOWNLOAD:
        raise bad("file is too big")
    keys = ("file_id", "file_unique_id", "file_size")
    return {**{key: described[key] for key in keys}, "file_path": described["path"]}
