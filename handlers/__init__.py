"""The table of contents of the bot: every flow, tick, renderer and file maker."""

from bot.dialogue.flow import Flow, Maker, Renderer, Tick
from handlers import (
    ask,
    calendars,
    health,
    home,
    join,
    meetings,
    privacy,
    profile,
    reminders,
    results,
    roles,
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
    calendars.one,
    calendars.mine,
    calendars.my_feed,
    reminders.switch,
    survey.choose_survey,
    survey.survey,
    survey.consent,
    results.results,
    results.results_file,
    ask.ask,
    ask.ask_on,
    ask.answer,
    ask.open_questions,
    roles.admin,
    roles.overview,
    roles.new_role,
    roles.end_role,
    health.overview,
)
TICKS: tuple[Tick, ...] = (upkeep.expiry, upkeep.tidying, upkeep.erasures, reminders.promise)
RENDERERS: tuple[Renderer, ...] = (
    reminders.write,
    survey.ask_again,
    ask.notice,
    ask.reply,
    roles.role_ended,
)
MAKERS: tuple[Maker, ...] = (
    privacy.my_data,
    results.answers_file,
    calendars.one_file,
    calendars.my_file,
    calendars.followed,
)
