"""The table of contents of the bot: every flow, tick, renderer and file maker."""

from bot.dialogue.flow import Flow, Maker, Renderer, Tick
from handlers import (
    home,
    join,
    meetings,
    privacy,
    profile,
    reminders,
    results,
    rsvp,
    survey,
    upkeep,
)

FLOWS: tuple[Flow, ...] = (
    home.home,
    home.help_,
    join.join,
    profile.profile,
    profile.language,
    privacy.privacy,
    privacy.mydata,
    privacy.leave,
    privacy.forget,
    meetings.upcoming,
    meetings.whole,
    meetings.mine,
    rsvp.rsvp,
    reminders.switch,
    survey.choose_survey,
    survey.survey,
    survey.consent,
    results.results,
    results.results_file,
)
TICKS: tuple[Tick, ...] = (upkeep.expiry, upkeep.tidying, upkeep.erasures, reminders.promise)
RENDERERS: tuple[Renderer, ...] = (reminders.write, survey.ask_again)
MAKERS: tuple[Maker, ...] = (privacy.my_data, results.answers_file)
