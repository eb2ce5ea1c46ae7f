"""In line for a full meeting: lining up, offers, being moved up, letting pass, stepping out."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.dialogue.messages import Dropped, Message, units
from handlers.waiting import write_expired, write_offer
from storage import outbox, people, planning, rsvps, seats, tables, waiting
from storage.meetings import Meeting
from tests.flows.meeting_house import bare, fill, make_world, member, plan, plan_day
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


def lines_up(world: World, meeting: Meeting, name: str = "noor", count: int = 1) -> Phone:
    phone = member(world, name)
    phone.sends(f"f:rsvp:{meeting.id}:line")
    assert "in line" in phone.types(str(count))[0]
    return phone


def somebody_signs_off(world: World, meeting: Meeting, who: int = 0) -> None:
    other = world.run(people.by_chat, f"telegram:other {who}")
    world.run(rsvps.withdraw, meeting.id, other.id, world.now)


def comes(phone: Phone, meeting: Meeting) -> int:
    found = phone.world.run(seats.find, meeting.id, phone.person.id)
    return found.seats if found is not None else 0


def in_line(phone: Phone, meeting: Meeting) -> int | None:
    found: int | None = phone.world.run(waiting.place, meeting.id, phone.person.id)
    return found


def errors(world: World) -> list[Any]:
    """Why promised messages were dropped."""
    table = tables.outbox
    query = table.select().where(table.c.state == outbox.State.CANCELLED)
    return [row.error for row in world.run(lambda tx: tx.execute(query).all())]


@pytest.fixture
def walk(world: World) -> Meeting:
    """A full meeting of two seats, in two weeks."""
    made = plan(world, place="De Werf", capacity=2)
    fill(world, made, 2)
    return made


def test_who_lines_up_is_told_their_place(world: World, walk: Meeting) -> None:
    first, second = lines_up(world, walk), member(world, "ali")
    second.types(f"/start meeting-{walk.id}")
    assert "Full.\n1 person is in line." in second.last.text
    assert second.presses("Stand in line") == ["How many people come in all, you included?"]
    assert second.last.labels == ["1", "2", "Stop"], "no more than there are seats at all"
    assert bare(second.presses("2")) == [
        "You are number 2 in line for A walk.\nI write to you as soon as there is a seat for you."
    ]
    assert second.last.labels == ["Leave the line", "My meetings"]
    assert (in_line(first, walk), in_line(second, walk)) == (1, 2)
    assert "You are number 2 in line." in second.types("/mymeetings")[0]
    assert second.last.labels == ["Leave the line for 1", "More about 1"]
    second.presses("More about 1")
    assert second.last.labels[0] == "Leave the line"


def test_leaving_the_line_takes_one_press_and_can_be_undone(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    assert bare(phone.presses("Leave the line")) == ["You are out of the line for A walk."]
    assert in_line(phone, walk) is None
    assert phone.presses("Stand in line again")[0].endswith("you included?")
    phone.types("1")
    assert in_line(phone, walk) == 1
    phone.types("/mymeetings")
    phone.types("leave the line for 1")
    assert in_line(phone, walk) is None
    again = phone.sends(f"f:line:{walk.id}:leave")
    assert bare(again)[0].startswith("<b>A walk</b>"), "pressing twice shows how it is now"


def test_a_free_seat_is_offered_until_a_moment_in_words(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    assert bare(phone.hears()) == [
        "There is a seat for you!\n\n<b>A walk</b>\nMonday 15 March, 19:30\nDe Werf\n"
        "Do you want to come? Tell me before Tuesday 2 March, 12:00. "
        "After that I ask the next in line."
    ]
    assert phone.last.labels == ["Yes, I take it", "No, thank you"]
    assert comes(phone, walk) == 0
    assert phone.presses("Yes, I take it")[0].startswith("See you there! One seat is yours.")
    assert comes(phone, walk) == 1
    assert phone.screen()[-1].text.startswith("Is there something we should know")


def test_an_offer_can_be_taken_from_the_card_from_mine_and_by_signing_up(world: World) -> None:
    for way in ("card", "mine", "rsvp"):
        made = plan(world, way, capacity=2)
        fill(world, made, 2)
        phone = lines_up(world, made, way)
        somebody_signs_off(world, made)
        if way == "rsvp":
            phone.sends(f"f:rsvp:{made.id}:yes")
        else:
            said = phone.types(f"/start meeting-{made.id}" if way == "card" else "/mymeetings")
            assert "There is a seat for you. Say yes or no before Tuesday 2 March" in said[0]
            phone.presses("Yes, I take")
        assert comes(phone, made) == 1, way


def test_who_declines_is_thanked_and_the_next_gets_the_offer(world: World, walk: Meeting) -> None:
    first, second = lines_up(world, walk), lines_up(world, walk, "ali")
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    assert second.hears() == []
    assert bare(first.presses("No, thank you")) == [
        "Thank you for telling me. That leaves room for others at A walk."
    ]
    assert first.last.labels == ["Stand in line again", "My meetings"]
    world.pass_time(seconds=1)
    assert second.hears()[0].startswith("There is a seat for you!")
    late = first.sends(f"f:offer:{walk.id}:yes")
    assert late[0].startswith("You let this seat go. You can stand in line again.")
    assert comes(first, walk) == 0


def test_who_lets_an_offer_pass_is_told_kindly_and_may_line_up_again(
    world: World, walk: Meeting
) -> None:
    first, second = lines_up(world, walk), lines_up(world, walk, "ali")
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    first.hears()
    world.pass_time(hours=24)
    assert bare(first.hears()) == [
        "I did not hear from you, so there is room for others now.\n\n"
        "<b>A walk</b>\nMonday 15 March, 19:30\nThat is no problem. Do you still want to come?"
    ]
    assert first.last.labels == ["Stand in line again", "No, thank you"]
    assert second.hears()[0].startswith("There is a seat for you!")
    assert first.sends(f"f:offer:{walk.id}:yes")[0].startswith("The time for this offer is over")
    first.presses("Stand in line")
    first.types("1")
    assert in_line(first, walk) == 1


def test_where_nobody_waits_there_is_no_talk_of_a_line(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    phone.hears()
    world.pass_time(hours=24)
    (said,) = phone.hears()
    assert "line" not in said
    assert phone.last.labels == ["Sign up after all", "No, thank you"]
    (late,) = phone.sends(f"f:offer:{walk.id}:yes")
    assert late.startswith("The time for this offer is over, so there is room for others now.")
    assert phone.last.labels[0] == "Yes, I am coming"


def test_who_declines_while_nobody_waits_can_sign_up_at_once(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    assert "line" not in phone.presses("No, thank you")[0]
    phone.presses("Sign up after all")
    phone.types("1")
    assert comes(phone, walk) == 1


def test_shortly_before_the_next_is_moved_up_and_can_still_say_no(
    world: World, walk: Meeting
) -> None:
    phone = lines_up(world, walk)
    world.now = walk.starts - timedelta(hours=8)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    assert bare(phone.hears()) == [
        "You have a seat after all!\n\n<b>A walk</b>\nMonday 15 March, 19:30\nDe Werf\n"
        "You were in line, and somebody signed off. Can you not come? Then tell me."
    ]
    assert phone.last.labels == ["Not after all", "Put it in my calendar"]
    assert comes(phone, walk) == 1
    assert bare(phone.presses("Not after all"))[0].startswith("You are signed off from A walk.")
    assert comes(phone, walk) == 0


def test_an_offer_answered_before_it_is_sent_is_not_sent(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    phone.sends(f"f:offer:{walk.id}:no")
    world.pass_time(seconds=1)
    assert phone.hears() == []
    assert errors(world) == ["out of the line"]


def test_an_offer_of_a_cancelled_meeting_is_not_sent_nor_taken(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.run(planning.cancel, walk.id, phone.person.id, world.now)
    world.pass_time(seconds=1)
    assert phone.hears() == []
    assert "This meeting is cancelled." in phone.sends(f"f:offer:{walk.id}:yes")[0]
    assert comes(phone, walk) == 0


def test_a_seat_given_up_before_the_notice_goes_is_not_told(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    world.now = walk.starts - timedelta(hours=8)
    somebody_signs_off(world, walk)
    world.run(rsvps.withdraw, walk.id, phone.person.id, world.now)
    world.pass_time(seconds=1)
    assert phone.hears() == []
    assert "signed off" in errors(world)


def test_who_is_in_line_again_is_not_told_that_they_are_out(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    phone.hears()
    world.now += timedelta(hours=24)
    party = rsvps.Party(phone.person.id, 2)
    world.run(rsvps.claim, walk.id, party, world.now)
    world.tick()
    assert not [text for text in phone.hears() if "I did not hear from you" in text]
    assert "answered" in errors(world)


def test_an_offer_that_was_made_anew_is_told_once(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    about = {"meeting": walk.id, "person": phone.person.id, "entry": 1}
    stale = {**about, "offered": (world.now - timedelta(minutes=1)).isoformat()}
    assert world.run(write_offer.run, stale, world.now) == Dropped("out of the line")
    fresh = {**about, "offered": world.now.isoformat()}
    assert isinstance(world.run(write_offer.run, fresh, world.now), Message)


def test_only_the_last_offer_that_passed_is_told(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(hours=24)
    ended = world.run(waiting.last, walk.id, phone.person.id)
    about = {"meeting": walk.id, "person": phone.person.id}
    earlier = world.run(write_expired.run, {**about, "entry": ended.id - 1}, world.now)
    assert earlier == Dropped("answered")
    last = world.run(write_expired.run, {**about, "entry": ended.id}, world.now)
    assert isinstance(last, Message)


def test_nobody_is_told_of_a_seat_in_a_meeting_that_was_cancelled(
    world: World, walk: Meeting
) -> None:
    phone = lines_up(world, walk)
    world.now = walk.starts - timedelta(hours=8)
    somebody_signs_off(world, walk)
    assert comes(phone, walk) == 1
    world.run(planning.cancel, walk.id, phone.person.id, world.now)
    world.pass_time(seconds=1)
    assert not [text for text in phone.hears() if "after all" in text]


def test_an_offer_says_which_place_is_given_up(world: World) -> None:
    _day, (one, two, _three) = plan_day(world)
    fill(world, two, 3)
    phone = member(world)
    phone.sends(f"f:rsvp:{one.id}:yes")
    phone.presses("1")
    phone.sends(f"f:move:{two.id}")
    phone.types("yes")
    somebody_signs_off(world, two)
    world.pass_time(seconds=1)
    assert "You give up your seats at Garden A if you say yes." in bare(phone.hears())[0]
    said = bare(phone.presses("Yes, I take it"))[0]
    assert "Your seats at Garden A are free for others now." in said
    assert (comes(phone, one), comes(phone, two)) == (0, 1)


def test_who_is_moved_up_reads_which_place_they_left(world: World) -> None:
    _day, (one, two, _three) = plan_day(world)
    fill(world, two, 3)
    phone = member(world)
    phone.sends(f"f:rsvp:{one.id}:yes")
    phone.presses("1")
    phone.sends(f"f:move:{two.id}")
    phone.types("yes")
    world.now = two.starts - timedelta(hours=20)
    somebody_signs_off(world, two)
    world.pass_time(hours=1)
    said = [text for text in bare(phone.hears()) if text.startswith("You have a seat after all!")]
    assert "Your seats at Garden A are free for others now." in said[0]


def test_a_meeting_that_moved_takes_the_offer_back_and_makes_a_new_one(
    world: World, walk: Meeting
) -> None:
    first, second = lines_up(world, walk), lines_up(world, walk, "ali", 2)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    first.hears()
    new = datetime.fromisoformat("2027-04-01T19:30")
    who = first.person.id
    world.run(planning.edit, walk.id, who, world.now, start=new, end=new + timedelta(hours=1))
    world.pass_time(seconds=1)
    offers = [text for text in bare(first.hears()) if text.startswith("There is a seat")]
    assert "Thursday 1 April, 19:30" in offers[0]
    assert (in_line(first, walk), in_line(second, walk)) == (0, 1)
    assert first.presses("Yes, I take it")[0].startswith("See you there!")


def test_a_yes_to_an_offer_for_another_day_is_asked_for_again(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    phone.hears()
    old = phone.last.buttons[0]
    new = datetime.fromisoformat("2027-04-01T19:30")
    world.run(planning.edit, walk.id, phone.person.id, world.now, start=new)
    [told] = bare(phone.sends(str(old.data)))
    assert told.startswith("It has changed once more. This is how it is now:")
    assert "Thursday 1 April, 19:30" in told
    assert comes(phone, walk) == 0
    assert phone.presses("Yes, I take it")[0].startswith("See you there!")
    assert phone.sends(str(old.data))[0].startswith("See you there!")


def test_what_could_not_be_sent_by_day_waits_for_the_morning(world: World, walk: Meeting) -> None:
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    assert phone.hears() == []
    world.pass_time(hours=11)
    assert phone.hears() == []
    world.pass_time(hours=10)
    [offer] = phone.hears()
    assert offer.startswith("There is a seat for you!")


def test_after_the_deadline_an_offer_still_stands(world: World) -> None:
    walk = plan(world, capacity=2, deadline=datetime.fromisoformat("2027-03-02T09:00"))
    fill(world, walk, 2)
    phone, other = lines_up(world, walk), lines_up(world, walk, "ali")
    world.pass_time(hours=23)
    assert "It is too late to sign up now." in phone.sends(f"f:meeting:{walk.id}")[0]
    assert phone.last.labels[0] == "Leave the line"
    somebody_signs_off(world, walk)
    other.types("/mymeetings")
    assert other.last.labels[0] == "Leave the line for 1"
    phone.sends(f"f:meeting:{walk.id}")
    assert phone.last.labels[:2] == ["Yes, I take it", "No, thank you"]
    assert phone.presses("Yes, I take it")[0].startswith("See you there!")


@pytest.mark.parametrize(
    "what", ["offer:{}:yes", "offer:{}:no", "offer:{}:perhaps", "line:{}:leave", "line:{}"]
)
def test_buttons_of_others_only_show_the_card(world: World, walk: Meeting, what: str) -> None:
    stranger = member(world)
    said = bare(stranger.sends("f:" + what.format(walk.id)))
    assert "<b>A walk</b>" in said[0]
    assert (comes(stranger, walk), in_line(stranger, walk)) == (0, None)
    assert stranger.sends("f:" + what.format(999)) == ["I do not know that meeting."]


def test_notices_of_long_and_hostile_titles_fit(world: World) -> None:
    nasty = "<b>&amp;</b>\u202e" + "👨‍👩‍👧‍👦" * 2000
    walk = plan(world, title=nasty, place=nasty, capacity=2)
    fill(world, walk, 2)
    phone = lines_up(world, walk)
    somebody_signs_off(world, walk)
    world.pass_time(seconds=1)
    (said,) = phone.hears()
    assert units(said) <= 4096
    phone.presses("Yes, I take it")
    assert units(phone.screen()[-2].text) <= 1024, "there is a file above it"
