"""A look at an announcement before it goes: just what people get, in each language."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.announcing.letter import Content, letter
from bot.dialogue.flow import entry
from bot.dialogue.language import _
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk


def preview(  # noqa: PLR0913 - what a letter is made of
    talk: Talk, content: Content, announcement: int, purpose: str, *, sender: str, platform: str
) -> None:
    """Say it as it will be sent; `sender` is a name, or empty.

    What is said before it is about something else, so that the two are not joined into one.
    """
    talk.say(_("This is how people get it:"), about=f"preview:{announcement}")
    for code in content["texts"]:
        made = letter(
            content,
            code,
            announcement=announcement,
            purpose=purpose,
            sender=sender,
            platform=platform,
        )
        rows = [[_leading(button, content, announcement) for button in row] for row in made.rows]
        talk.say(made.text, *rows, attachment=made.attachment)


def _leading(button: Button, content: Content, announcement: int) -> Button:
    """A button that is counted once it was sent goes straight to its goal before."""
    for at, one in enumerate(content["buttons"]):
        if button.data == entry("tap", announcement, at):
            return replace(button, data=entry(one["kind"], one["value"]))
    return button
