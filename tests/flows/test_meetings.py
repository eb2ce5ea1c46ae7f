"""What is coming up, one meeting in full, and one's own, as a resident sees them."""

from datetime import datetime
from typing import Any

import pytest

from bot.dialogue.messages import units
from storage.meetings import Status
from tests.flows.meeting_house import bare, fill, make_world, member, plan
from tests.phone import World


@pytest.fixture
def world() -> World:
    return make_world()


def test_the_list_has_three_cards_and_a_way_to_more(world: World) -> None:
    plan(world, "walk", days=14, place="De Werf")
    plan(world, "talk", days=3, link="https://example.org/talk", capacity=4)
    plan(world, "dinner", days=21, place="Zaal 2", link="https://example.org", capacity=40)
    plan(world, "visit", days=40)
    phone = world.phone()
    assert bare(phone.types("/meetings")) == [
        "This is coming up. Press a button to read more and to sign up.\n\n"
        "<b>1. A talk</b>\nThursday 4 March, 19:30 to 21:00\nOnline\n4 seats left.",
        "<b>2. A walk</b>\nMonday 15 March, 19:30 to 21:00\nDe Werf",
        "<b>3. A dinner</b>\nMonday 22 March, 19:30 to 21:00\nZaal 2, or online",
    ]
    assert phone.labels == ["More about 1", "More about 2", "More about 3", "Show more"]
    assert bare(phone.presses("Show more")) == [
        "<b>4. A visit</b>\nSaturday 10 April, 19:30 to 21:00\nThe place will follow."
    ]
    assert "Show more" not in phone.last.labels


def test_a_typed_number_is_the_one_on_the_card(world: World) -> None:
    for number in range(1, 6):
        plan(world, f"walk {number}", days=number)
    phone = world.phone()
    phone.types("/meetings")
    assert bare(phone.types("2"))[0].startswith("<b>A walk 2</b>")
    phone.types("meetings")
    phone.presses("Show more")
    assert bare(phone.types("5"))[0].startswith("<b>A walk 5</b>")
    assert "will you come" not in phone.last.text.lower()
    assert bare(phone.types("1")) == ["How many people come in all, you included?"]


def test_nothing_planned_is_said(world: World) -> None:
    phone = world.phone()
    assert phone.types("/meetings") == ["No meetings are planned now."]
    assert phone.presses("Menu") == ["HOME"]
    plan(world)
    assert phone.sends("f:meetings:3") == ["There are no more meetings."]


def test_a_cancelled_or_past_meeting_is_not_in_the_list(world: World) -> None:
    plan(world, "gone", days=-1)
    plan(world, "off", status=Status.CANCELLED)
    assert world.phone().types("meetings") == ["No meetings are planned now."]


def test_a_card_says_what_one_answered(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:yes")
    phone.presses("3")
    assert "You are signed up for 3 seats." in phone.types("/meetings")[0]
    phone.sends(f"f:rsvp:{walk.id}:maybe")
    assert "You said: maybe." in phone.types("/meetings")[0]
    phone.sends(f"f:rsvp:{walk.id}:no")
    assert "maybe" not in phone.types("/meetings")[0]


def test_the_whole_card_has_everything(world: World) -> None:
    walk = plan(
        world,
        text="We look at gardens.\n\nBring a friend.",
        place="De Werf",
        link="https://example.org/walk",
        capacity=4,
        deadline=datetime.fromisoformat("2027-03-14T12:00"),
        languages=("nl", "tr"),
    )
    fill(world, walk, 1)
    phone = member(world)
    assert bare(phone.types(f"/start meeting-{walk.id}")) == [
        "<b>A walk</b>\nMonday 15 March, 19:30 to 21:00\nDe Werf, or online\n"
        "\nWe look at gardens.\n\nBring a friend.\n\n"
        "1 person is coming.\n3 seats left.\n"
        "You can sign up until Sunday 14 March, 12:00.\n"
        "Language: Nederlands and Türkçe\n"
        "Whoever signs up sees the link here half an hour before the start."
    ]
    assert phone.last.labels == [
        "Yes, I am coming", "Maybe", "No", "Put it in my calendar", "Who is coming",
        "Sign up somebody without a phone", "All meetings",
    ]  # fmt: skip


def test_a_full_meeting_says_so_and_offers_the_line(world: World) -> None:
    walk = plan(world, capacity=2)
    fill(world, walk, 2)
    phone = world.phone()
    assert "Full." in phone.types("/meetings")[0]
    assert "2 people are coming.\nFull." in phone.presses("More about 1")[0]
    assert phone.last.labels == [
        "Stand in line", "Maybe", "No", "Put it in my calendar", "Who is coming", "All meetings"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "known", "said", "labels"),
    [
        (8, {}, "This meeting has begun.", ["All meetings"]),
        (10, {}, "This meeting is over.", ["All meetings"]),
        (0, {"status": Status.CANCELLED}, "This meeting is cancelled.", ["All meetings"]),
        (
            0,
            {"deadline": datetime.fromisoformat("2027-03-01T11:00")},
            "It is too late to sign up now. Ask a human if you want to come.",
            ["Ask a human", "All meetings"],
        ),
    ],
)
def test_an_old_link_says_why_it_is_too_late(
    world: World, hours: float, known: dict[str, Any], said: str, labels: list[str]
) -> None:
    walk = plan(world, days=0, **known)
    world.pass_time(hours=hours)
    phone = world.phone()
    assert said in phone.types(f"/start meeting-{walk.id}")[0]
    assert phone.last.labels == labels


def test_who_is_new_reads_first_who_is_behind_the_bot(world: World) -> None:
    walk = plan(world)
    phone = world.phone()
    (said,) = phone.types(f"/start meeting-{walk.id}")
    assert said.startswith("Hello! I am the chatbot of Bewonersplatform.")
    assert "I am a computer" in said
    assert "A walk" in said
    assert bare(phone.types(f"/start meeting-{walk.id}"))[0].startswith("<b>A walk</b>")
    assert bare(member(world, "ali").types(f"/start meeting-{walk.id}"))[0].startswith("<b>A walk")


def test_an_unknown_meeting_gets_a_kind_answer(world: World) -> None:
    phone = member(world)
    assert phone.types("/start meeting-999") == ["I do not know that meeting."]
    assert phone.sends("f:rsvp:999:yes") == ["I do not know that meeting."]


def test_my_meetings_can_be_changed_and_left(world: World) -> None:
    walk, talk = plan(world), plan(world, "talk", days=15)
    phone = member(world)
    assert phone.types("/mymeetings") == ["You are not signed up for a meeting."]
    for meeting in (walk, talk):
        phone.sends(f"f:rsvp:{meeting.id}:yes")
        phone.presses("2")
    assert bare(phone.types("my meetings")) == [
        "<b>1. A walk</b>\nMonday 15 March, 19:30 to 21:00\nThe place will follow.\n"
        "You are signed up for 2 seats.",
        "<b>2. A talk</b>\nTuesday 16 March, 19:30 to 21:00\nThe place will follow.\n"
        "You are signed up for 2 seats.",
    ]
    assert phone.last.labels == ["Change 2", "Sign off from 2", "More about 2"]
    assert bare(phone.types("sign off from 1")) == [
        "You are signed off from A walk. Thank you for telling me."
    ]
    assert [text.split("\n")[0] for text in bare(phone.types("/mymeetings"))] == [
        "<b>1. A talk</b>"
    ]


def test_many_of_my_meetings_come_three_at_a_time(world: World) -> None:
    phone = member(world)
    for number in range(4):
        made = plan(world, f"walk {number}", days=number + 1)
        phone.sends(f"f:rsvp:{made.id}:maybe")
    assert len(phone.types("/mymeetings")) == 3
    assert [text.split("\n")[0] for text in bare(phone.presses("Show more"))] == [
        "<b>4. A walk 3</b>"
    ]


def test_a_cancelled_meeting_stays_among_mine_without_buttons(world: World) -> None:
    phone = member(world)
    phone.sends(f"f:rsvp:{plan(world).id}:maybe")
    plan(world, status=Status.CANCELLED)
    assert phone.types("/mymeetings")[0].endswith("This meeting is cancelled.")
    assert phone.last.labels == []


def test_the_link_is_for_those_who_signed_up_and_shortly_before(world: World) -> None:
    talk = plan(world, "talk", days=1, link="https://example.org/secret")
    coming, perhaps, stranger = member(world), member(world, "ali"), world.phone("bo")
    coming.sends(f"f:rsvp:{talk.id}:yes")
    coming.presses("1")
    perhaps.sends(f"f:rsvp:{talk.id}:maybe")
    phones = (coming, perhaps, stranger)

    def who_sees_it() -> list[bool]:
        said = [
            [*phone.types(f"/start meeting-{talk.id}"), *phone.types("/mymeetings")]
            for phone in phones
        ]
        return [any("https://example.org/secret" in text for text in texts) for texts in said]

    world.now = talk.starts
    world.pass_time(minutes=-31)
    assert who_sees_it() == [False, False, False]
    world.pass_time(minutes=1)
    assert who_sees_it() == [True, False, False]
    assert coming.types("/mymeetings")[0].endswith("This is the link: https://example.org/secret")
    world.pass_time(minutes=60)
    assert who_sees_it() == [True, False, False]
    world.pass_time(hours=2)
    assert who_sees_it() == [False, False, False]


def test_long_and_hostile_texts_stay_one_message(world: World) -> None:
    nasty = "<b>&amp;</b>\u202e" + "👨‍👩‍👧‍👦" * 2000
    walk = plan(world, title=nasty, text=nasty, place=nasty)
    phone = world.phone()
    for texts in (phone.types("/meetings"), phone.types(f"/start meeting-{walk.id}")):
        assert len(texts) == 1
        assert units(texts[0]) <= 4096
        assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in texts[0]


def test_who_said_no_is_not_asked_for_a_no_again(world: World) -> None:
    meeting = plan(world)
    phone = member(world)
    phone.types(f"/start meeting-{meeting.id}")
    phone.presses("No")
    phone.types(f"/start meeting-{meeting.id}")
    assert phone.last.labels[:2] == ["Yes, I am coming", "Maybe"]
    assert "No" not in phone.last.labels
