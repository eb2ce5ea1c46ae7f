"""What flows may know of the settings: written down at every start, for they read no file."""

from __future__ import annotations

from bot.config import Settings
from storage import Tx, settings


def keep(tx: Tx, options: Settings, username: str) -> None:
    """Tell the flows who they speak for, where calendars can be followed, and how many is many."""
    platform, many = options.platform, options.announcements
    settings.put(tx, "username", username)
    settings.put(tx, "feed", options.calendar.address if options.calendar.listen else "")
    settings.put(
        tx,
        "platform",
        {
            "name": platform.name,
            "about": platform.about,
            "privacy_contact": platform.privacy_contact,
            "privacy_url": platform.privacy_url,
            "timezone": platform.timezone.key,
            "languages": list(platform.languages),
        },
    )
    settings.put(
        tx,
        "announcements",
        {"second_person_above": many.second_person_above, "paid_broadcast": many.paid_broadcast},
    )
