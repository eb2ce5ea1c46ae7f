"""What somebody may be here, care about and agree to, in words that several flows share.

A consent is kept with the version of the text that was agreed to: whoever changes a question gives
it a new version. A test holds each version to its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.dialogue.language import N_, _

_PARTS: Final = {
    "resident": N_("I live in the neighbourhood"),
    "active": N_("I am active in an initiative"),
    "professional": N_("I work in the neighbourhood"),
    "official": N_("I work for the municipality"),
    "other": N_("Something else"),
}

_THEMES: Final = {
    "together": N_("Living together"),
    "safety": N_("Safety"),
    "green": N_("Green and play"),
    "housing": N_("Housing"),
    "poverty": N_("Poverty and debt"),
    "youth": N_("Young people"),
    "care": N_("Care and health"),
    "energy": N_("Energy"),
}


@dataclass(frozen=True, slots=True)
class Permission:
    """What somebody may agree to: its name, and the question as it is asked."""

    version: str
    name: str
    question: str


_MEMBERSHIP: Final = N_(
    "May I keep what you told me, so that you are a member? Coordinators can see it. "
    "Without this you cannot join."
)
_NEWS: Final = N_("May I send you invitations and news? At most three messages a week.")
_SURVEY: Final = N_(
    "May I ask you now and then what is going on in your neighbourhood? "
    "Coordinators read your answers. Others see them only without your name."
)
_FOUND: Final = N_(
    "May I bring you in touch with members who want to learn something that you know? "
    "I ask you both first. Before that nobody sees who you are."
)

PERMISSIONS: Final[Mapping[str, Permission]] = {
    "membership": Permission("membership-1", N_("Being a member"), _MEMBERSHIP),
    "news": Permission("news-1", N_("Invitations and news"), _NEWS),
    "survey": Permission("survey-1", N_("Questions about the neighbourhood"), _SURVEY),
    "found": Permission("found-1", N_("Being found by others"), _FOUND),
}
"""By purpose, in the order in which they are asked; a member has agreed to the first."""


def asked(purpose: str) -> str:
    """The question by which somebody agrees to `purpose`, in the language being spoken."""
    return _(PERMISSIONS[purpose].question)


def named(purpose: str) -> str:
    """What a purpose is called, in the language being spoken."""
    return _(PERMISSIONS[purpose].name)


def parts() -> dict[str, str]:
    """What somebody may be here, {key: label}, in the language being spoken."""
    return {key: _(label) for key, label in _PARTS.items()}


def themes() -> dict[str, str]:
    """What may matter to somebody, {key: label}, in the language being spoken."""
    return {key: _(label) for key, label in _THEMES.items()}
