"""The table of contents of the bot: every flow, tick, renderer and file maker."""

from bot.dialogue.flow import Flow, Maker, Renderer, Tick
from handlers import meetings, reminders, rsvp

FLOWS: tuple[Flow, ...] = (
    meetings.upcoming,
    meetings.whole,
    meetings.mine,
    rsvp.rsvp,
    reminders.switch,
)
TICKS: tuple[Tick, ...] = (reminders.promise,)
RENDERERS: tuple[Renderer, ...] = (reminders.write,)
MAKERS: tuple[Maker, ...] = (privacy.my_data,)
