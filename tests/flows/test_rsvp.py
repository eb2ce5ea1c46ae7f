"""Signing up, changing and signing off, as a resident sees it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.dialogue.messages import Kind
from storage import people, planning, rsvps, waiting
from storage.meetings import Meeting, Status
from storage.rsvps import Rsvp
from tests.flows.meeting_house import bare, fill, make_world, member, plan
from tests.phone import Phone, World

HOW_MANY = "How many people come in all, you included?"
NEED = (
    "Is there something we should know so that you can come? "
    "Only the people who organise this meeting see it."
)
WHO = "What is your name? Only the people who organise this meeting see it."


@pytest.fixture
def world() -> World:
    return make_world()


def kept(phone: Phone, meeting: Meeting) -> Rsvp | None:
    found: Rsvp | None = phone.world.run(rsvps.find, meeting.id, phone.person.id)
    return found


def in_line(phone: Phone, meeting: Meeting) -> int | None:
    found: int | None = phone.world.run(waiting.place, meeting.id, phone.person.id)
    return found


def seats(phone: Phone, meeting: Meeting) -> int:
    found = kept(phone, meeting)
    return found.seats if found else 0


def test_a_member_signs_up_with_wrong_answers_and_a_step_back(world: World) -> None:
    walk = plan(world, place="De Werf")
    phone = member(world)
    assert bare(phone.sends(f"f:rsvp:{walk.id}")) == [
        "A walk\nMonday 15 March, 19:30\n\nWill you come?"
    ]
    assert phone.last.labels == ["Yes, I am coming", "Maybe", "No", "Stop"]
    assert phone.presses("Yes, I am coming") == [HOW_MANY]
    for wrong in ("6", "0", "1000", "many"):
        assert phone.types(wrong)[0].startswith("I do not see that among the choices.")
    assert phone.shares(Kind.STICKER)[0].startswith("That is a sticker.")
    assert kept(phone, walk) is None
    assert bare(phone.types("back")) == ["A walk\nMonday 15 March, 19:30\n\nWill you come?"]
    assert phone.types("yes i am coming") == [HOW_MANY]
    assert bare(phone.types("2")) == [
        "See you there! 2 seats are yours.\n\n"
        "<b>A walk</b>\nMonday 15 March, 19:30\nDe Werf\nI will remind you in time.",
        NEED,
    ]
    assert phone.screen()[-2].labels == ["Change or sign off", "My meetings"]
    assert phone.last.labels == ["No, nothing", "Yes, there is"]
    assert seats(phone, walk) == 2


def test_where_one_person_fits_nobody_is_asked_with_how_many(world: World) -> None:
    table = plan(world, capacity=1)
    phone = member(world)
    phone.sends(f"f:rsvp:{table.id}")
    assert phone.presses("Yes, I am coming")[0].startswith("See you there! One seat is yours.")
    assert seats(phone, table) == 1


def test_a_visitor_signs_up_with_a_name_and_does_not_join(world: World) -> None:
    walk = plan(world)
    phone = world.phone()
    phone.types(f"/start meeting-{walk.id}")
    assert phone.presses("Yes, I am coming") == [HOW_MANY]
    assert phone.presses("1") == [WHO]
    assert phone.types("!!")[0].startswith("I do not see a name in that.")
    assert phone.types("Noor de Wit")[0].startswith("See you there! One seat is yours.")
    found = kept(phone, walk)
    assert found is not None
    assert found.name == "Noor de Wit"
    assert (phone.person.state, phone.person.name) == ("visitor", None)
    phone.presses("Change or sign off")
    phone.presses("Change how many")
    assert phone.presses("3")[0].startswith("See you there! 3 seats are yours.")
    found = kept(phone, walk)
    assert found is not None
    assert (found.name, found.seats) == ("Noor de Wit", 3)


@pytest.mark.parametrize(
    "typed",
    ["<b>Noor</b> & co", "\u202eNoor\u2066", "No\u200bor", "=HYPERLINK(1)", "Noor\x00"],
)
def test_a_hostile_name_is_kept_as_typed(world: World, typed: str) -> None:
    walk = plan(world)
    phone = world.phone()
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("1")
    typed = typed.replace("\x00", "")  # gone before a flow sees it
    assert phone.types(typed)[0].startswith("See you there!")
    found = kept(phone, walk)
    assert found is not None
    assert found.name == typed


def test_a_name_that_is_no_name_is_asked_for_again(world: World) -> None:
    walk = plan(world)
    phone = world.phone()
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("1")
    assert phone.types("x" * 4096)[0].startswith("That is too long for a name.")
    assert "BSN" in phone.types("Noor 111222333")[0]
    assert kept(phone, walk) is None


def test_who_signed_up_can_change_how_many_come(world: World) -> None:
    walk = plan(world, capacity=4)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("1")
    fill(world, walk, 1)
    assert bare(phone.presses("Change or sign off")) == [
        "A walk\nMonday 15 March, 19:30\n\nYou are signed up. What do you want to change?"
    ]
    assert phone.presses("Change how many") == [f"3 seats are left. {HOW_MANY}"]
    assert phone.last.labels == ["1", "2", "3", "Back", "Stop"]
    phone.presses("3")
    assert seats(phone, walk) == 3


def test_pressing_sign_up_twice_does_no_harm(world: World) -> None:
    walk = plan(world, capacity=4)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    assert phone.sends(f"f:rsvp:{walk.id}:yes") == [f"4 seats are left. {HOW_MANY}"]
    data = phone.last.message.rows[0][1].data  # type: ignore[union-attr] # it was just shown
    assert phone.sends(data)[0].startswith("See you there! 2 seats are yours.")
    assert phone.sends(data) == []
    assert phone.toast
    assert seats(phone, walk) == 2


def test_signing_off_takes_one_press_and_can_be_undone(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("2")
    phone.types(f"/start meeting-{walk.id}")
    assert bare(phone.presses("Sign off")) == [
        "You are signed off from A walk. Thank you for telling me."
    ]
    assert seats(phone, walk) == 0
    assert phone.presses("I am coming after all") == [HOW_MANY]
    phone.presses("1")
    assert seats(phone, walk) == 1


def test_no_without_having_signed_up_is_noted(world: World) -> None:
    walk = plan(world)
    phone = world.phone()
    phone.sends(f"f:rsvp:{walk.id}")
    assert bare(phone.types("no")) == ["I have noted that you do not come to A walk."]
    found = kept(phone, walk)
    assert found is not None
    assert found.answer == "no"


def test_maybe_keeps_no_seat(world: World) -> None:
    walk, talk = plan(world, capacity=3), plan(world, "talk")
    phone = world.phone()
    assert bare(phone.sends(f"f:rsvp:{walk.id}:maybe")) == [
        "I have noted that you may come to A walk. No seat is kept for you."
    ]
    assert bare(phone.sends(f"f:rsvp:{talk.id}:maybe")) == [
        "I have noted that you may come to A talk."
    ]
    found = kept(phone, walk)
    assert found is not None
    assert (found.answer, found.seats) == ("maybe", 0)


def test_when_all_seats_are_taken_the_line_is_offered_and_maybe(world: World) -> None:
    walk = plan(world, capacity=2)
    fill(world, walk, 2)
    phone = member(world)
    assert bare(phone.sends(f"f:rsvp:{walk.id}")) == [
        "A walk\nMonday 15 March, 19:30\n\nAll seats are taken. What do you want?"
    ]
    assert phone.last.labels == ["Stand in line", "Maybe", "No", "Stop"]
    assert phone.types("yes")[0].startswith("I do not see that among the choices.")
    assert phone.types("maybe")[0].endswith("No seat is kept for you.")


def test_an_old_yes_button_of_a_full_meeting_asks_before_it_puts_in_line(world: World) -> None:
    walk = plan(world, capacity=2)
    phone = member(world)
    phone.types(f"/start meeting-{walk.id}")
    fill(world, walk, 2)
    assert bare(phone.presses("Yes, I am coming")) == [
        "All seats of A walk are taken.\n"
        "If a seat comes free, I offer it to the first in line.\nDo you want to stand in line?"
    ]
    assert bare(phone.presses("No, thank you")) == [
        "Fine. You are not in line. You can still change your mind."
    ]
    assert in_line(phone, walk) is None
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("Yes, put me in line")
    assert bare(phone.presses("1")) == [
        "You are number 1 in line for A walk.\nI write to you as soon as there is a seat for you."
    ]
    assert in_line(phone, walk) == 1
    assert kept(phone, walk) is None


def test_a_party_that_does_not_fit_is_asked_before_it_is_put_in_line(world: World) -> None:
    walk = plan(world, capacity=3)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}")
    phone.presses("Yes, I am coming")
    fill(world, walk, 2)
    assert phone.presses("3") == ["Only 1 seat is left now. Do you want to wait in line for 3?"]
    assert phone.presses("Yes, put me in line")[0].startswith("You are number 1 in line")
    other = member(world, "ali")
    other.sends(f"f:rsvp:{walk.id}:yes")
    assert other.last.text.startswith("All seats of"), "a free seat is for who waits for it"
    other.types("no")
    assert in_line(other, walk) is None


def test_the_last_seat_gone_in_mid_talk_leads_to_the_line(world: World) -> None:
    walk = plan(world, capacity=3)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}")
    phone.presses("Yes, I am coming")
    fill(world, walk, 3)
    assert "All seats are taken." in phone.presses("2")[0]
    assert phone.last.labels == ["Stand in line", "Maybe", "No", "Stop"]
    phone.presses("Stand in line")
    assert "number 1 in line" in phone.presses("1")[0]


def test_whoever_has_seats_can_change_them_in_a_full_meeting(world: World) -> None:
    walk = plan(world, capacity=3)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("2")
    fill(world, walk, 1)
    assert phone.sends(f"f:rsvp:{walk.id}:yes") == [f"2 seats are left. {HOW_MANY}"]
    phone.presses("1")
    assert seats(phone, walk) == 1


@pytest.mark.parametrize(
    ("change", "hours", "said"),
    [
        ({"status": Status.CANCELLED}, 0, "This meeting is cancelled."),
        ({}, 8, "This meeting has begun."),
        ({}, 12, "This meeting is over."),
        ({"deadline": datetime.fromisoformat("2027-03-01T13:00")}, 2, "It is too late to sign up"),
    ],
)
@pytest.mark.parametrize("answer", ["", ":yes", ":maybe"])
def test_an_old_button_tells_why_it_is_too_late(
    world: World, change: dict[str, Any], hours: float, said: str, answer: str
) -> None:
    walk = plan(world, days=0)
    phone = member(world)
    plan(world, days=0, **change)
    world.now += timedelta(hours=hours)
    assert said in phone.sends(f"f:rsvp:{walk.id}{answer}")[0]
    assert kept(phone, walk) is None


def test_a_meeting_cancelled_in_mid_talk_is_not_signed_up_for(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    plan(world, status=Status.CANCELLED)
    assert "This meeting is cancelled." in phone.presses("2")[0]
    assert kept(phone, walk) is None


def test_after_the_deadline_one_can_still_sign_off(world: World) -> None:
    walk = plan(world, days=1, deadline=datetime.fromisoformat("2027-03-01T13:00"))
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("2")
    world.now += timedelta(hours=2)
    said = phone.sends(f"f:rsvp:{walk.id}")[0]
    assert "It is too late to change how many come. You can still sign off." in said
    assert "Ask a human" not in phone.types("/mymeetings")[0]
    phone.sends(f"f:meeting:{walk.id}")
    assert phone.last.labels == ["Sign off", "All meetings"]
    assert phone.presses("Sign off")[0].startswith("You are signed off")


def test_a_made_up_answer_is_asked_about(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    assert phone.sends(f"f:rsvp:{walk.id}:perhaps")[0].endswith("Will you come?")


def test_an_online_meeting_says_where_the_link_will_be(world: World) -> None:
    talk = plan(world, "talk", link="https://example.org/talk")
    phone = member(world)
    phone.sends(f"f:rsvp:{talk.id}:yes")
    assert "The link will be under “My meetings” half an hour before" in phone.presses("1")[0]
    assert not any("example.org" in shown.text for shown in phone.screen())


def test_a_short_notice_sign_up_promises_no_reminder(world: World) -> None:
    walk = plan(world, days=0)
    world.now = walk.starts - timedelta(hours=1)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    assert "remind" not in phone.presses("1")[0]


def test_the_file_for_the_calendar_comes_with_the_confirmation(world: World) -> None:
    walk = plan(world, place="De Werf", latitude=52.1, longitude=5.1, link="https://x.example/a")
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("1")
    confirmed = phone.screen()[-2]
    assert confirmed.message is not None
    assert confirmed.message.attachment is not None
    assert confirmed.message.attachment.name == "meeting.ics"
    assert b"SUMMARY:A walk" in phone.receives()
    assert b"x.example" not in phone.receives(), "the link is for shortly before"
    on_map = next(button for button in confirmed.buttons if button.label == "Show on the map")
    assert on_map.url.startswith("https://www.openstreetmap.org/?mlat=52.10000&mlon=5.10000")


def test_what_somebody_needs_is_asked_once_and_can_be_left_unanswered(world: World) -> None:
    walk = plan(world, capacity=9)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    assert phone.presses("1")[-1] == NEED
    assert phone.types("/mymeetings")[0].startswith("<b>1."), "no talk is open"
    phone.sends(f"f:rsvp:{walk.id}:yes")
    assert NEED not in phone.presses("2")
    assert phone.presses("No, nothing") == ["All right. See you there!"]


def test_needs_are_kept_as_told_and_can_be_changed(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("1")
    assert phone.presses("Yes, there is") == ["What do you need?"]
    phone.types("1, 3")
    assert "at most 300 fit" in phone.types("x" * 4096)[0].lower()
    nasty = "<b>No</b> nuts \u202e=1+1"
    assert phone.types(nasty) == ["Thank you. The people who organise this meeting can see it now."]
    found = kept(phone, walk)
    assert found is not None
    assert (found.needs, found.needs_text) == (["wheelchair", "childcare"], nasty)
    phone.sends(f"f:rsvp:{walk.id}")
    assert phone.presses("Say what I need") == ["What do you need?"]
    phone.types("skip")
    phone.types("skip")
    found = kept(phone, walk)
    assert found is not None
    assert (found.needs, found.needs_text) == (None, None)


def test_needs_of_who_does_not_come_are_not_asked(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    assert bare(phone.sends(f"f:needs:{walk.id}"))[0].startswith("<b>A walk</b>")
    assert phone.sends("f:needs:999") == ["I do not know that meeting."]
    assert phone.sends("f:signed_up:999") == ["I do not know that meeting."]
    assert bare(phone.sends(f"f:signed_up:{walk.id}"))[0].startswith("<b>A walk</b>")


@pytest.mark.parametrize(
    ("audience", "whom"),
    [
        ("members", "This is for members."),
        ("part:professional", "This is for members who told me: I work in the neighbourhood."),
        ("municipality:GM0344", "This is for members who live in Utrecht."),
    ],
)
def test_who_is_not_among_the_audience_reads_why_and_what_to_do(
    world: World, audience: str, whom: str
) -> None:
    walk = plan(world, audience=audience)
    visitor = world.phone("visitor")
    (said,) = visitor.types(f"/start meeting-{walk.id}")
    assert f"{whom} You can become a member: it takes a minute." in said
    assert visitor.last.labels == ["Become a member", "Put it in my calendar", "All meetings"]
    assert visitor.presses("Become a member") == [f"JOIN meeting-{walk.id}"]
    assert whom in visitor.sends(f"f:rsvp:{walk.id}:yes")[0]
    assert kept(visitor, walk) is None


def test_a_member_of_the_audience_signs_up_and_another_may_ask(world: World) -> None:
    walk = plan(world, audience="municipality:GM0344")
    inside, outside = member(world), member(world, "ali")
    world.run(people.change, inside.person.id, municipality="GM0344")
    inside.types(f"/start meeting-{walk.id}")
    assert "This is for members who live in Utrecht." in inside.last.text
    inside.presses("Yes, I am coming")
    inside.presses("1")
    assert seats(inside, walk) == 1
    said = outside.types(f"/start meeting-{walk.id}")[0]
    assert "Is that you? Then change your profile." in said
    assert outside.last.labels[0] == "Ask a human"
    outside.sends(f"f:rsvp:{walk.id}:line")
    assert kept(outside, walk) is None


def test_a_draft_is_there_for_who_runs_it_alone(world: World) -> None:
    walk = plan(world, status=Status.DRAFT, capacity=5)
    resident, coordinator = member(world), member(world, "ali")
    world.run(people.change, coordinator.person.id, role=people.Role.COORDINATOR)
    for data in (f"f:meeting:{walk.id}", f"f:rsvp:{walk.id}:yes", f"f:attendees:{walk.id}",
                 f"f:someone:{walk.id}", f"f:line:{walk.id}", f"f:move:{walk.id}"):  # fmt: skip
        assert resident.sends(data) == ["I do not know that meeting."]
    said = bare(coordinator.sends(f"f:meeting:{walk.id}"))[0]
    assert "This is a draft. Others do not see it yet." in said
    assert "5 seats left." in said
    assert "Manage this" in coordinator.last.labels
    assert "Yes, I am coming" not in coordinator.last.labels
    coordinator.sends(f"f:rsvp:{walk.id}:yes")
    assert kept(coordinator, walk) is None


def test_what_is_published_later_says_from_when(world: World) -> None:
    walk = plan(world, status=Status.DRAFT)
    coordinator = member(world, "ali")
    world.run(people.change, coordinator.person.id, role=people.Role.COORDINATOR)
    who = coordinator.person.id
    world.run(planning.publish, walk.id, who, world.now, world.now + timedelta(days=1))
    assert member(world).sends(f"f:meeting:{walk.id}") == ["I do not know that meeting."]
    assert (
        "Others see this from Tuesday 2 March, 12:00."
        in (coordinator.sends(f"f:meeting:{walk.id}")[0])
    )
    world.pass_time(days=2)
    assert "Others see" not in coordinator.sends(f"f:meeting:{walk.id}")[0]
