import json
from datetime import datetime, timedelta

import pytest

from storage import codes, meetings, outbox, people, rsvps, settings
from storage.meetings import MeetingFacts
from tests.flows.whole import gets_role, joins, rows, stored


def signs_up(phone, title="Tea & talk", start="2027-03-09T20:00"):
    day = datetime.fromisoformat(start)
    facts = MeetingFacts(title, title, day, day.replace(hour=22))
    phone.world.run(meetings.put, facts, phone.world.now)
    meeting = phone.world.run(meetings.upcoming, phone.world.now)[-1]
    party = rsvps.Party(phone.person.id, 1)
    phone.world.run(rsvps.claim, meeting.id, party, phone.world.now)


def consents(world):
    return {row["purpose"]: (row["given"], row["way"]) for row in rows(world, "consents")}


# Privacy.


def test_privacy_says_who_what_how_long_and_what_one_can_ask_for(phone, world):
    (said,) = phone.types("/privacy")
    for words in (
        "Behind this bot is Bewonersplatform.",
        "What I keep:",
        "after 30 days",
        "/forget",
    ):
        assert words in said
    assert phone.labels == ["See my data", "Erase everything"]
    contact = {"privacy_contact": "privacy@example.org", "privacy_url": "https://example.org/p"}
    world.run(settings.put, "platform", contact)
    (said,) = phone.types("/privacy")
    assert "Write to privacy@example.org or ask here: /ask" in said
    assert phone.last.buttons[-1].url == "https://example.org/p"


# What is kept.


def test_my_data_is_a_summary_at_once_and_a_file_with_everything(phone):
    joins(phone)
    for step in ("/profile", "neighbourhood", "Fokkesteeg"):
        phone.types(step)
    signs_up(phone)
    summary, file = phone.types("/mydata")
    assert summary.startswith("This is what I keep of you:\n\nYou are a member.\n")
    assert "Neighbourhood: \u2068Fokkesteeg\u2069\n" in summary
    assert "Being a member: yes, since Monday 1 March, 12:00.\n" in summary
    assert "Invitations and news: no, since" in summary
    assert summary.endswith("\u2068Tea & talk\u2069: you come.")
    assert file == "Everything is in this file, word for word."
    found = json.loads(phone.receives())
    assert found["person"]["neighbourhood"] == "Fokkesteeg"
    assert found["rsvps"][0]["title"] == "Tea & talk"
    assert len(found["consents"]) == 4


def test_my_data_is_for_who_never_joined_too(phone):
    summary, _file = phone.types("/mydata")
    assert "You are not a member." in summary
    assert json.loads(phone.receives())["person"]["state"] == "visitor"


def test_many_sign_ups_are_counted(phone):
    joins(phone)
    for day in range(10, 17):
        signs_up(phone, f"Walk {day}", f"2027-03-{day}T20:00")
    summary, _file = phone.types("/mydata")
    assert summary.count("you come.") == 5
    assert summary.endswith("And 2 more meetings.")


# Leaving.


def test_leaving_takes_two_taps_and_withdraws_every_consent(phone, world):
    joins(phone)
    for step in ("/profile", "what you agreed to", "invitations and news", "yes"):
        phone.types(step)
    signs_up(phone)
    assert phone.types("/leave")[0].startswith("Do you want to stop being a member?")
    assert phone.presses("Yes, leave") == ["May I keep your profile, for when you come back?"]
    (said,) = phone.presses("Keep my profile")
    assert said == (
        "You are not a member any more. Thank you for having been here.\n\nYour profile stays, "
        "and so do your survey answers and the meetings you signed up for."
    )
    assert phone.last.labels == ["My meetings", "Erase everything"]
    assert (phone.person.state, phone.person.name) == ("visitor", "Noor")
    assert consents(world)["membership"] == (False, "leave")
    assert consents(world)["news"] == (False, "leave")
    assert [row["answer"] for row in rows(world, "rsvps")] == ["yes"]


def test_who_leaves_can_have_the_profile_removed(phone, world):
    joins(phone, "/join", "Noor", "Utrecht", "Lunetten", "2", "De Buurttuin", "1,2", "yes", "yes")
    signs_up(phone)
    for step in ("/leave", "yes"):
        phone.types(step)
    (said,) = phone.presses("Remove my profile")
    assert "Your profile is gone. Your survey answers stay" in said
    gone = phone.person
    assert (gone.name, gone.municipality, gone.neighbourhood) == (None, None, None)
    assert (gone.part, gone.initiative, gone.email, gone.adult) == (None, None, None, None)
    assert rows(world, "person_themes") == []
    assert [row["name"] for row in rows(world, "rsvps")] == ["Noor"]


def test_staying_changes_nothing(phone, world):
    joins(phone)
    before = stored(world)
    phone.types("/leave")
    assert phone.presses("No, stay") == ["Good. Nothing has changed: you are still a member."]
    assert stored(world)["people"] == before["people"]
    assert stored(world)["consents"] == before["consents"]


def test_a_coordinator_who_leaves_lays_the_work_down(phone, world):
    joins(phone)
    gets_role(phone, people.Role.COORDINATOR)
    code = [people.Role.COORDINATOR, phone.person.id, world.now, world.now]
    world.run(codes.make, *code)
    for step in ("/leave", "yes", "keep my profile"):
        phone.types(step)
    assert "Your work as a coordinator here has ended as well." in phone.last.text
    assert phone.person.role == "none"
    assert [row["action"] for row in rows(world, "audit")] == ["role.lay_down"]
    assert rows(world, "codes") == []


def test_who_is_not_a_member_has_nothing_to_leave(phone):
    assert phone.types("/leave") == ["You are not a member, so there is nothing to end."]
    assert phone.last.labels == ["Erase everything"]


# Being forgotten.


def test_being_forgotten_takes_two_taps_and_says_it_is_the_last_message(phone, world):
    joins(phone)
    (asked,) = phone.types("/forget")
    assert asked.startswith("Shall I erase everything I know about you?")
    assert phone.presses("Yes, erase everything") == ["Are you sure? I cannot bring it back."]
    (last,) = phone.presses("Yes, erase it for good")
    assert last.startswith("Everything you told me is erased.")
    assert "This is my last message." in last
    assert rows(world, "people") == []
    assert rows(world, "conversations") == []


TYPED = ("Noortje", "Fokkesteeg", "De Buurttuin", "noortje@example.org", "what a lovely fence")


def test_nothing_that_was_typed_is_anywhere_after_a_day(phone, world):
    person = 987_654_321
    world.run(_arrives, person, phone.chat)
    joins(phone, "/join", TYPED[0], "Utrecht", TYPED[1], "2", TYPED[2], "1,2", "yes", "yes")
    for step in ("/profile", "e-mail", TYPED[3], "/profile", "name", "/help", "/join", "menu"):
        phone.types(step)
    phone.types(TYPED[4])
    signs_up(phone)
    phone.types("/mydata")
    world.tick()
    for step in ("/forget", "yes", "yes"):
        phone.types(step)
    world.pass_time(days=1)
    marks = (*TYPED, str(person), phone.chat)
    assert {name for name, text in stored(world).items() if any(m in text for m in marks)} == set()


def _arrives(tx, person, chat):
    from storage.tables import people as table

    arrived = people.arrive(tx, chat, "en", datetime.fromisoformat("2027-03-01T10:00:00+00:00"))
    tx.execute(table.update().where(table.c.id == arrived.id).values(id=person))


def test_a_question_is_gone_from_what_the_team_was_shown_too(phone, world):
    team = joins(world.phone("team"))
    gets_role(team, people.Role.COORDINATOR)
    joins(phone, "/join", TYPED[0], "Utrecht", "skip", "1", "skip", "yes", "yes")
    for step in ("/ask", TYPED[4]):
        phone.types(step)
    world.tick()
    assert TYPED[4] in team.last.text
    team.presses("Answer")
    for step in ("/forget", "yes", "yes"):
        phone.types(step)
    world.pass_time(days=1)
    left = " ".join(stored(world).values())
    assert TYPED[0] not in left
    assert TYPED[4] not in left


def test_it_is_silent_at_once(phone, world):
    joins(phone)
    signs_up(phone, start="2027-03-04T20:00")
    world.now += timedelta(days=2)  # the day before, when the reminder is due
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    waiting = [r for r in rows(world, "outbox") if r["state"] == outbox.State.WAITING]
    assert waiting
    for step in ("/forget", "yes", "yes"):
        phone.types(step)
    phone.hears()
    world.pass_time(days=3)
    assert phone.hears() == []
    assert rows(world, "outbox") == []


@pytest.mark.parametrize("steps", [("no",), ("yes", "no"), ("yes", "stop"), ("stop",)])
def test_keeping_it_erases_nothing(phone, world, steps):
    joins(phone)
    before = stored(world)
    for step in ("/forget", *steps):
        phone.types(step)
    for name in ("people", "consents", "erasures"):
        assert stored(world)[name] == before[name]


def test_who_never_joined_can_be_forgotten(phone, world):
    for step in ("/start", "/forget", "yes", "yes"):
        phone.types(step)
    assert rows(world, "people") == []
    world.pass_time(hours=2)
    assert phone.chat not in " ".join(stored(world).values())


def test_who_was_forgotten_can_come_back_as_somebody_new(phone, world):
    joins(phone)
    for step in ("/forget", "yes", "yes"):
        phone.types(step)
    assert "I am a computer" in phone.types("/start")[0]
    phone.types("/join")
    world.pass_time(hours=2)
    assert phone.types("Nora")[0].startswith("In which municipality")
    assert rows(world, "consents") == []
