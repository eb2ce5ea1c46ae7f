"""Who is behind the bot, as somebody reads it who is new here."""

from __future__ import annotations

from bot.dialogue.language import _


def introduction(platform: str, about: str) -> str:
    """Who this is, that it is a computer, and what happens with what people tell it."""
    who = _(
        "Hello! I am the chatbot of {platform}. "
        "Here residents work together on their own neighbourhood."
    ).format(platform=platform)
    what = _(
        "I am a computer, but there are people behind me. You decide what you tell me. "
        "Only those who run this platform and its meetings see it, "
        "and you can have it erased: /privacy"
    )
    return "\n\n".join(part for part in (who, about, what) if part)
