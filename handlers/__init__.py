"""The table of contents of the bot: every flow, tick, renderer and file maker."""

from bot.dialogue.flow import Flow, Maker, Renderer, Tick

FLOWS: tuple[Flow, ...] = ()
TICKS: tuple[Tick, ...] = ()
RENDERERS: tuple[Renderer, ...] = ()
MAKERS: tuple[Maker, ...] = ()
