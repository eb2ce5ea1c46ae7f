from datetime import datetime, timedelta

import pytest

import handlers
from bot.dialogue import keyboards
from bot.dialogue.flow import arguments_of
from handlers.home import COMMANDS
from storage import meetings, people, rsvps, settings, surveys, tables
from storage.meetings import MeetingFacts
from storage.surveys import Kind, Question, SurveyFacts
from tests.flows.whole import gets_role, joins

FLOWS = {flow.name: flow for flow in handlers.FLOWS}
VISITOR = ["Become a member", "See the meetings", "News", "Ask a human", "Language", "Help"]
MEMBER = [
    "See the meetings", "My profile", "What I get", "News", "Ask a human", "Language", "Help",
]  # fmt: skip


def a_survey(world, key="learning"):
    text = {"nl": "Leren in de buurt", "en": "Learning"}
    questions = [Question(k, Kind.OPEN, {"nl": "Wat?", "en": "What?"}, {}) for k in ("one", "two")]
    facts = SurveyFacts(key, text, text, text, None, None, questions)
    return world.run(surveys.put, facts, world.now)


def a_meeting(world, start):
    day = datetime.fromisoformat(start)
    facts = MeetingFacts("tea", "Tea & talk", day, day.replace(hour=22))
    world.run(meetings.put, facts, world.now)
    return world.run(meetings.upcoming, world.now)[0]


def comes(phone, meeting):
    party = rsvps.Party(phone.person.id, 1)
    phone.world.run(rsvps.claim, meeting.id, party, phone.world.now)


def test_who_is_new_reads_who_is_behind_the_bot_and_what_happens_with_what_they_tell(phone):
    (said,) = phone.types("/start")
    assert "I am the chatbot of Bewonersplatform." in said
    assert "I am a computer" in said
    assert "Only those who run this platform and its meetings see it, and you can" in said
    assert phone.labels == VISITOR


def test_the_platform_says_itself_who_it_is(phone, world):
    world.run(settings.put, "platform", {"name": "Wijkwerk", "about": "We are 12 {wijken}."})
    (said,) = phone.types("/start")
    assert "I am the chatbot of Wijkwerk." in said
    assert "\n\nWe are 12 {wijken}.\n\n" in said


def test_a_member_is_greeted_without_the_introduction(phone):
    joins(phone)
    assert phone.types("menu") == ["Hello \u2068Noor\u2069.\n\nWhat do you want to do?"]
    assert phone.types("/menu") == phone.types("menu")
    assert phone.last.labels == MEMBER


def test_an_open_survey_comes_first_and_leaves_when_it_is_done(phone, world):
    survey = a_survey(world)
    joins(phone)
    assert phone.last.labels[0] == "Fill in the survey"
    phone.types("/start")
    assert phone.last.labels == ["Fill in the survey", *MEMBER]
    phone.sends(f"f:survey:{survey}")
    phone.types("yes")
    phone.types("Learning by doing")
    phone.types("stop")
    phone.types("/start")
    assert phone.last.labels[0] == "Go on with the survey"
    finish = {"survey": survey, "person": phone.person.id}
    world.run(_finish, **finish)
    phone.types("/start")
    assert phone.last.labels == MEMBER


def _finish(tx, survey, person):
    from sqlalchemy import update

    from storage.tables import answer_sets

    mine = answer_sets.c.survey == survey, answer_sets.c.person == person
    assert tx.execute(update(answer_sets).where(*mine).values(state="finished")).rowcount == 1


def test_several_open_surveys_are_chosen_from(phone, world):
    a_survey(world)
    a_survey(world, "other")
    phone.types("/start")
    assert phone.labels == ["Fill in a survey", *VISITOR]


@pytest.mark.parametrize(
    ("start", "on_top"),
    [("2027-03-01T20:00", True), ("2027-03-02T20:00", True), ("2027-03-03T00:30", False)],
)
def test_a_meeting_of_today_or_tomorrow_is_on_top(phone, world, start, on_top):
    joins(phone)
    comes(phone, a_meeting(world, start))
    (said,) = phone.types("/start")
    assert ("Coming up: \u2068Tea & talk\u2069" in said) is on_top
    assert phone.last.labels == [
        *(["See: \u2068Tea & talk\u2069"] if on_top else []),
        "See the meetings", "My meetings", *MEMBER[1:],
    ]  # fmt: skip


def test_coordinators_see_the_results_and_admins_all(phone):
    joins(phone)
    gets_role(phone, people.Role.COORDINATOR)
    phone.types("/start")
    assert phone.last.labels == [*MEMBER, "Run meetings", "Write to many", "See the results"]
    gets_role(phone, people.Role.ADMIN)
    phone.types("/start")
    assert phone.last.labels == [
        *MEMBER, "Run meetings", "Write to many", "See the results", "Roles", "Health"
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["none", "admin"])
def test_every_button_leads_somewhere(phone, world, role):
    a_survey(world)
    joins(phone)
    comes(phone, a_meeting(world, "2027-03-01T20:00"))
    gets_role(phone, role)
    for step in ("/start", "/help", "/privacy", "/mydata"):
        phone.types(step)
        for button in phone.last.buttons:
            found = keyboards.read(button.data)
            assert isinstance(found, keyboards.EntryButton)
            assert arguments_of(FLOWS[found.flow], found.arguments) is not None


def test_a_button_can_be_typed_by_its_words_or_its_number(phone):
    phone.types("/start")
    assert phone.types("become a member")[0].startswith("Welcome! I am the chatbot")
    phone.types("stop")
    phone.types("/start")
    assert phone.types("1")[0].startswith("Welcome! I am the chatbot")


def test_the_menu_in_the_middle_of_a_talk_does_not_lose_the_question(phone):
    phone.types("/join")
    said = phone.types("/start")
    assert "I am a computer" in said[0]
    assert said[-1].endswith("What do you want to be called?")
    assert phone.types("Noor")[0].startswith("In which municipality")


def test_a_deep_link_leads_to_the_menu(phone):
    assert "I am a computer" in phone.types("/start menu")[0]


def test_what_is_not_understood_ends_in_the_menu(phone):
    joins(phone)
    phone.types("menu")
    assert phone.types("blue elephants")[0].startswith("I do not understand that.")
    assert phone.last.labels == MEMBER


def test_help_lists_what_this_person_can_do(phone):
    (visitor,) = phone.types("/help")
    assert "\n/join – become a member\n" in visitor
    assert "/profile" not in visitor
    assert "/results" not in visitor
    joins(phone)
    (member,) = phone.types("help")
    assert "/join" not in member
    assert "\n/leave – stop being a member\n" in member
    gets_role(phone, people.Role.ADMIN)
    (admin,) = phone.types("/help")
    assert "/results" in admin
    assert "/health" in admin


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line[2])
def test_help_tells_of_commands_that_there_are_for_whom_they_are(line):
    _state, role, command, _what = line
    shown = {flow.command: flow.shown_to or flow.role for flow in handlers.FLOWS}
    assert shown[command] == role


def a_place(world, day, key, **known):
    facts = MeetingFacts(
        key, key.title(), day.starts.replace(tzinfo=None), day.ends.replace(tzinfo=None),
        kind=meetings.Kind.PLACE, day=day.id, **known,
    )  # fmt: skip
    return world.run(meetings.put, facts, world.now)


def a_day(world, start="2027-04-10T10:00"):
    at = datetime.fromisoformat(start)
    facts = MeetingFacts(
        "day", "Day of the street", at, at.replace(hour=17), kind=meetings.Kind.DAY
    )
    return world.run(meetings.put, facts, world.now)


def test_seats_on_offer_are_on_top_and_taken_in_one_press(phone, world):
    joins(phone)
    meeting = a_meeting(world, "2027-03-20T20:00")
    day = datetime.fromisoformat("2027-03-20T20:00")
    facts = MeetingFacts("tea", "Tea & talk", day, day.replace(hour=22), capacity=1)
    world.run(meetings.put, facts, world.now)
    first = joins(world.phone("ali"))
    comes(first, meeting)
    comes(phone, meeting)
    phone.types("/start")
    assert "Yes, I take it" not in phone.last.labels
    world.run(rsvps.withdraw, meeting.id, first.person.id, world.now)
    (said,) = phone.types("/start")
    assert "There is a seat for you: \u2068Tea & talk\u2069, Saturday 20 March, 20:00." in said
    assert phone.last.labels[:2] == ["Yes, I take it", "No, thank you"]
    assert phone.presses("Yes, I take it")[0].startswith("See you there!")
    phone.types("/start")
    assert "Yes, I take it" not in phone.last.labels


def test_shortly_before_the_link_is_on_top_for_who_comes(phone, world):
    joins(phone)
    day = datetime.fromisoformat("2027-03-01T20:00")
    facts = MeetingFacts("tea", "Tea", day, day.replace(hour=22), link="https://example.org/tea")
    meeting = world.run(meetings.put, facts, world.now)
    comes(phone, meeting)
    other = joins(world.phone("ali"))
    world.run(rsvps.maybe, meeting.id, other.person.id, world.now)
    assert "example.org" not in phone.types("/start")[0]
    world.now = meeting.starts - timedelta(minutes=30)
    assert "This is the link: https://example.org/tea" in phone.types("/start")[0]
    assert "example.org" not in other.types("/start")[0]


def test_the_code_for_the_door_is_there_the_day_before(phone, world):
    joins(phone)
    day = datetime.fromisoformat("2027-03-03T20:00")
    facts = MeetingFacts("tea", "Tea", day, day.replace(hour=22), place="De Werf")
    meeting = world.run(meetings.put, facts, world.now)
    comes(phone, meeting)
    phone.types("/start")
    assert "My code for the door" not in phone.last.labels
    world.now = meeting.starts - timedelta(hours=20)
    phone.types("/start")
    assert "My code for the door" in phone.last.labels


def test_a_day_that_comes_is_shown_until_one_has_a_place(phone, world):
    joins(phone)
    day = a_day(world)
    phone.types("/start")
    assert phone.last.labels[0] == "See: \u2068Day of the street\u2069"
    comes(phone, a_place(world, day, "hof"))
    phone.types("/start")
    assert phone.last.labels[0] == "See the meetings"
    a_day(world, "2027-08-10T10:00")
    other = joins(world.phone("ali"))
    other.types("/start")
    assert other.last.labels[0] == "See the meetings", "it is too far off"


def test_what_was_declined_leads_to_my_meetings_too(phone, world):
    joins(phone)
    meeting = a_meeting(world, "2027-03-20T20:00")
    world.run(rsvps.withdraw, meeting.id, phone.person.id, world.now)
    phone.types("/start")
    assert "My meetings" in phone.last.labels


def test_a_host_finds_the_meeting_to_run(phone, world):
    joins(phone)
    meeting = a_meeting(world, "2027-03-20T20:00")
    phone.types("/start")
    assert "Run meetings" not in phone.last.labels
    person = phone.person.id
    world.run(lambda tx: tx.execute(
        tables.meetings.update().where(tables.meetings.c.id == meeting.id)
        .values(host=person)
    ))  # fmt: skip
    phone.types("/start")
    assert "Run meetings" in phone.last.labels
