"""At the door: a code that says nothing to strangers, a list, walk-ins, and second thoughts."""

from datetime import timedelta

import pytest

from storage import attendance, people, rsvps
from storage.meetings import Kind, Meeting
from tests.flows.gate_house import code_of, comes, coordinator, go_to, make_world, plan, somebody
from tests.flows.meeting_house import bare
from tests.phone import Phone, World

STRANGER = "Such a code is for the people at the door. Whoever comes shows it there."
UNKNOWN = "I do not know this code. Look the person up in the list of the meeting."
NOT_YOURS = "You cannot run this meeting. Its host and the coordinators can."


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def host(world: World) -> Phone:
    return somebody(world, "host")


@pytest.fixture
def walk(world: World, host: Phone) -> Meeting:
    return plan(world, host=host)


@pytest.fixture
def noor(world: World, walk: Meeting) -> Phone:
    """Noor comes with three, and an hour before the start is there."""
    phone = comes(somebody(world, "noor"), walk, 3)
    go_to(world, walk.starts - timedelta(hours=1))
    phone.hears()
    return phone


def scan(phone: Phone, code: str) -> list[str]:
    return bare(phone.types(f"/start door-{code}"))


def test_the_code_comes_from_the_morning_of_the_day_before(world: World, walk: Meeting) -> None:
    phone = comes(somebody(world, "noor"), walk, 2)
    early = phone.sends(f"f:my_code:{walk.id}")
    assert early == ["You can get your code here from Tuesday 9 March, 09:00 on."]
    go_to(world, walk.starts - timedelta(hours=30))
    assert bare(phone.presses("My code for the door")) == [
        "Show this at the door of A walk, Wednesday 10 March, 19:30. It lets you in, with 2 people "
        "in all.\nIt is yours alone. Your name will do too."
    ]
    assert phone.receives().startswith(b"\x89PNG")
    go_to(world, walk.ends + timedelta(hours=12))
    assert phone.sends(f"f:my_code:{walk.id}") == ["That meeting is over."]


def test_who_does_not_come_has_no_code(world: World, walk: Meeting) -> None:
    phone = somebody(world, "bo")
    none = ["You have no code: you are not signed up for that meeting."]
    assert phone.sends(f"f:my_code:{walk.id}") == none
    assert phone.sends("f:my_code:99") == none
    world.run(rsvps.maybe, walk.id, phone.person.id, world.now)
    assert phone.sends(f"f:my_code:{walk.id}") == none


def test_a_scan_lets_the_whole_party_in_with_what_they_need(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    needs = (["wheelchair"], "a chair & <b>rest</b>")
    world.run(rsvps.set_needs, walk.id, noor.person.id, *needs)
    code = code_of(noor, walk)
    assert scan(host, code) == [
        "<b>Noor</b> is in, with 3 people in all.\nNeeds: wheelchair or hard to walk\n"
        "Needs: a chair &amp; &lt;b&gt;rest&lt;/b&gt;\n3 of 3 people are in."
    ]
    world.pass_time(minutes=5)
    again = scan(host, code)[0]
    assert again.startswith("<b>Noor</b> is in already, since 18:30, with 3 people in all.")
    assert noor.hears() == []


def test_how_many_came_can_be_set_right(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    scan(host, code_of(noor, walk))
    assert bare(host.presses("Only 2 came")) == ["Noted: Noor, 2 people.\n2 of 3 people are in."]
    host.presses("Another number")
    assert bare(host.types("9")) == ["Noted: Noor, 9 people.\n9 of 3 people are in."]
    undone = bare(host.presses("Not in after all"))
    assert undone == ["Noor is not in any more.\n0 of 3 people are in."]
    assert bare(host.presses("Only 2 came")) == ["They are not in."]
    assert bare(host.presses("Not in after all")) == ["Noor is not in.\n0 of 3 people are in."]


def test_a_code_tells_a_stranger_nothing(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    """The same words for a code that is one and for any other: also to a host of another."""
    other = plan(world, "other", host=somebody(world, "other host"))
    code = code_of(noor, walk)
    for phone in (somebody(world, "bo"), world.phone("other host")):
        assert scan(phone, code) == scan(phone, "abcdefghijklmnopqrst") == [STRANGER]
    assert scan(noor, code) == ["This is your own code. Show it to the people at the door."]
    assert scan(coordinator(world), "abcdefghijklmnopqrst") == [UNKNOWN]
    assert scan(host, "x") == [STRANGER]
    assert world.run(attendance.came, walk.id).came == 0
    assert other.id != walk.id


@pytest.mark.parametrize("deed", ["let_in:{}", "door_count:{}:1", "door_undo:{}"])
def test_only_who_runs_it_lets_in(world: World, walk: Meeting, noor: Phone, deed: str) -> None:
    [guest] = world.run(attendance.guests, walk.id, limit=2)
    stranger = somebody(world, "bo")
    assert stranger.sends(f"f:{deed.format(guest.id)}") == [NOT_YOURS]
    assert stranger.sends(f"f:{deed.format(999)}") == [NOT_YOURS]
    assert stranger.sends(f"f:door:{walk.id}") == [NOT_YOURS]
    assert stranger.sends(f"f:walk_in:{walk.id}") == [NOT_YOURS]
    assert world.run(attendance.came, walk.id).came == 0


def test_the_door_opens_three_hours_before(world: World, walk: Meeting, host: Phone) -> None:
    comes(somebody(world, "noor"), walk)
    [guest] = world.run(attendance.guests, walk.id, limit=2)
    early = ["You can let people in at A walk from Wednesday 10 March, 16:30 on."]
    assert bare(host.sends(f"f:door:{walk.id}")) == early
    assert bare(host.sends(f"f:let_in:{guest.id}")) == early
    go_to(world, walk.ends + timedelta(hours=12))
    host.hears()
    closed = ["The door of A walk is closed by now."]
    assert bare(host.sends(f"f:door:{walk.id}")) == closed
    assert bare(host.sends(f"f:let_in:{guest.id}")) == closed


def test_who_signed_off_is_let_in_after_a_question(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    code = code_of(noor, walk)
    world.run(rsvps.withdraw, walk.id, noor.person.id, world.now)
    asked = ["Noor is not signed up, or not any more. Let them in all the same?"]
    assert scan(host, code) == asked
    assert host.presses("No") == ["Then they are not let in."]
    assert scan(host, code) == asked
    assert bare(host.presses("Yes, let them in")) == ["<b>Noor</b> is in.\n0 of 0 people are in."]
    assert world.run(attendance.came, walk.id).walk_ins == 1


# The list.


def crowd(world: World, walk: Meeting, *names: str) -> None:
    for number, name in enumerate(names):
        comes(somebody(world, f"p {number}"), walk, 1, name)


def labels(phone: Phone) -> list[str]:
    return bare(phone.last.labels)


def test_the_list_is_paged_by_name_and_searched(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    crowd(world, walk, "Anna", "Bo Jansen", "Çelik", "Dewi", "Emma", "Fatima", "Gül", "Henk")
    first = bare(host.sends(f"f:door:{walk.id}"))
    head = "A walk\n0 of 11 people are in.\n\nWho is here? Press a name, or type one."
    assert first == [head]
    assert labels(host) == [
        "1. Anna", "2. Bo Jansen", "3. Dewi", "4. Emma", "5. Fatima", "6. Gül", "7. Henk",
        "More names", "Not signed up", "Done", "Stop",
    ]  # fmt: skip
    host.types("more names")
    assert labels(host)[:2] == ["8. Noor, 3", "9. Çelik"]
    host.types("celik")
    assert labels(host) == ["1. Çelik", "From the start", "Not signed up", "Done", "Stop"]
    host.types("jnsen")
    assert labels(host)[0] == "1. Bo Jansen"
    assert "I find nobody called qqq." in bare(host.types("qqq"))[0]
    host.presses("From the start")
    assert labels(host)[0] == "1. Anna"


def test_a_press_or_a_number_lets_in_and_shows_the_list_again(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    crowd(world, walk, "Anna", "Bo")
    host.sends(f"f:door:{walk.id}")
    said = bare(host.types("2"))
    assert said[0] == "<b>Bo</b> is in.\n1 of 5 people are in."
    assert labels(host)[:3] == ["1. Anna", "2. Noor, 3", "3. Bo, is in"]
    host.presses("2. \u2068Noor")
    assert labels(host)[:3] == ["1. Anna", "2. Bo, is in", "3. Noor, 3, is in"]


def test_a_name_never_lets_in_by_itself(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    """There may be two of that name, one of them on another page."""
    crowd(world, walk, "Jan", "Jan")
    host.sends(f"f:door:{walk.id}")
    host.types("Jan")
    assert labels(host)[:2] == ["1. Jan", "2. Jan"]
    assert world.run(attendance.came, walk.id).came == 0


def test_who_said_maybe_is_found_and_let_in_after_a_question(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    bo = somebody(world, "bo")
    world.run(people.change, bo.person.id, name="Bo")
    world.run(rsvps.maybe, walk.id, bo.person.id, world.now)
    host.sends(f"f:door:{walk.id}")
    assert labels(host)[:2] == ["1. Noor, 3", "Not signed up"]
    host.types("bo")
    assert labels(host)[0] == "1. Bo"
    host.types("1")
    assert bare(host.presses("Yes, let them in"))[0].startswith("<b>Bo</b> is in.")
    assert world.run(attendance.came, walk.id).walk_ins == 1


def test_two_at_the_door_do_not_let_in_the_wrong_one(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    """A button names a person, not a place in a list that has changed meanwhile."""
    crowd(world, walk, "Anna", "Bo")
    host.sends(f"f:door:{walk.id}")
    [anna, _bo, _noor] = world.run(attendance.guests, walk.id, limit=3)
    world.run(attendance.check_in, anna.id, 1, 1, world.now)
    said = bare(host.presses("1. \u2068Anna"))
    assert said[0].startswith("<b>Anna</b> is in already, since 18:30.")


def test_a_walk_in_is_let_in_above_the_seats_after_a_question(
    world: World, host: Phone, walk: Meeting, noor: Phone
) -> None:
    plan(world, capacity=4)
    host.sends(f"f:door:{walk.id}")
    host.presses("Not signed up")
    host.types("Emma <b>")
    asked = bare(host.types("2"))
    assert asked == ["Only 1 seat at A walk is free. Let them in all the same?"]
    said = bare(host.presses("Yes, let them in"))
    assert said[0].startswith("Emma <b> is in, with 2 people in all.")
    assert "And 2 people without signing up." in said[-1]
    host.presses("Not signed up")
    host.presses("Skip")
    assert bare(host.types("1")) == ["All seats at A walk are taken. Let them in all the same?"]
    assert host.presses("No")[0].startswith("Then they are not let in.")
    assert world.run(rsvps.taken, [walk.id])[walk.id] == 4


def test_somebody_without_a_phone_is_on_the_list(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    world.run(rsvps.add_without_phone, walk.id, "Opa Piet", host.person.id, world.now)
    host.sends(f"f:door:{walk.id}")
    host.types("opa")
    said = bare(host.types("1"))
    assert said[0] == "<b>Opa Piet</b> is in.\n1 of 4 people are in."


def test_after_another_number_the_list_is_simply_there(
    world: World, walk: Meeting, host: Phone, noor: Phone
) -> None:
    host.sends(f"f:door:{walk.id}")
    host.types("1")
    host.presses("Another number")
    (said,) = bare(host.types("2"))
    assert said.startswith("Noted: Noor, 2 people.\n2 of 3 people are in.\n\n")
    assert said.endswith("Who is here? Press a name, or type one.")
    assert host.types("stop") == ["Fine. Everybody you let in is still in."]
    assert world.run(attendance.came, walk.id).came == 2


def test_who_lets_in_somebody_without_a_name_may_say_so(
    world: World, walk: Meeting, host: Phone
) -> None:
    go_to(world, walk.starts - timedelta(hours=1))
    host.sends(f"f:walk_in:{walk.id}")
    host.types("no")
    assert bare(host.types("2"))[0].startswith("somebody without a name is in, with 2 people")


def test_a_day_leads_to_its_places(world: World, host: Phone) -> None:
    day = plan(world, "day", host=host, kind=Kind.DAY)
    go_to(world, day.starts - timedelta(hours=1))
    host.hears()
    assert bare(host.sends(f"f:door:{day.id}")) == bare(host.sends(f"f:manage_places:{day.id}"))


HOSTILE = [
    "<b>&amp;</b>",
    "\u202eevil",
    "x" * 60,
    "=1+1",
    "\u200b\u200bBo",
    "1",
    "stop it",
    "💥" * 30,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_be_let_in(
    world: World, walk: Meeting, host: Phone, noor: Phone, name: str
) -> None:
    crowd(world, walk, name)
    [first] = [g for g in world.run(attendance.guests, walk.id, limit=9) if g.name == name]
    said = host.sends(f"f:let_in:{first.id}")
    assert len(said) == 1
    assert "1 of 4 people are in." in said[0]
    assert host.sends(f"f:door:{walk.id}")


@pytest.mark.parametrize("typed", ["<b>", "\u202e", "%", "_", "x" * 4096, "💥", "'; --", "0", "99"])
def test_anything_can_be_looked_for(
    world: World, walk: Meeting, host: Phone, noor: Phone, typed: str
) -> None:
    host.sends(f"f:door:{walk.id}")
    assert host.types(typed)
    assert world.run(attendance.came, walk.id).came == 0
