"""What the house keeps by name: small JSON values, and among them who the bot speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select

from storage.tables import settings
from storage.transaction import Insert, Prepared, Tx

_GET: Final = select(settings.c.value).where(settings.c.key == bindparam("key"))


@Prepared
def _put(tx: Tx) -> Insert:
    added = tx.insert(settings)
    return added.on_conflict_do_update(index_elements=["key"], set_={"value": added.excluded.value})


def get(tx: Tx, key: str, default: Any = None) -> Any:
    """The value kept under `key`, or `default`."""
    row = tx.execute(_GET, {"key": key}).first()
    return default if row is None else row[0]


def put(tx: Tx, key: str, value: Any) -> None:
    """Keep a JSON value under `key`, in place of the one before it."""
    tx.execute(_put, {"key": key, "value": value})


@dataclass(frozen=True, slots=True)
class Platform:
    """Who the bot speaks for; empty where nothing was filled in."""

    name: str
    about: str
    privacy_contact: str
    privacy_url: str
    languages: tuple[str, ...]
    zone: str = "Europe/Amsterdam"


def platform(tx: Tx) -> Platform:
    """Who the bot speaks for, from the row `platform` that is written at every start."""
    kept = get(tx, "platform", {})
    return Platform(
        name=kept.get("name") or "Bewonersplatform",
        about=kept.get("about") or "",
        privacy_contact=kept.get("privacy_contact") or "",
        privacy_url=kept.get("privacy_url") or "",
        languages=tuple(kept.get("languages") or ()),
        zone=kept.get("timezone") or "Europe/Amsterdam",
    )
