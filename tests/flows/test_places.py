"""A day with places: finding one, moving without losing a seat, and the parts apart from them."""

import pytest

from bot.dialogue.messages import Kind, units
from storage import planning, rsvps, seats, waiting
from storage.meetings import Meeting
from tests.flows.meeting_house import bare, fill, make_world, member, plan, plan_at, plan_day
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


def held(phone: Phone, place: Meeting) -> int:
    found = phone.world.run(seats.find, place.id, phone.person.id)
    return found.seats if found is not None else 0


def number(phone: Phone, place: Meeting) -> int | None:
    found: int | None = phone.world.run(waiting.place, place.id, phone.person.id)
    return found


def sits(phone: Phone, place: Meeting, count: int = 1) -> None:
    party = rsvps.Party(phone.person.id, count)
    outcome = phone.world.run(rsvps.claim, place.id, party, phone.world.now)
    assert isinstance(outcome, rsvps.Seated)


def share(phone: Phone) -> list[str]:
    return phone.shares(Kind.LOCATION, latitude=52.0901, longitude=5.31)


def names(texts: list[str]) -> list[str]:
    """The numbered names in a list of places."""
    lines = "\n".join(bare(texts)).split("\n")
    return [line.removeprefix("<b>").removesuffix("</b>") for line in lines if "<b>" in line]


def test_the_list_of_meetings_shows_a_day_once(world: World) -> None:
    plan_day(world)
    phone = member(world)
    assert bare(phone.types("/meetings")) == [
        "This is coming up. Press a button to read more and to sign up.\n\n"
        "<b>1. Day of the street</b>\nSaturday 20 March, 10:00 to 16:00\n3 places take part."
    ]


def test_the_card_of_a_day_shows_its_programme_and_the_ways_to_a_place(world: World) -> None:
    day, places = plan_day(world)
    fill(world, places[0], 2)
    phone = member(world)
    assert bare(phone.types(f"/start meeting-{day.id}")) == [
        "<b>Day of the street</b>\nSaturday 20 March, 10:00 to 16:00\n\nSee it all.\n\n"
        "3 places take part.\n2 people are coming."
    ]
    assert bare(phone.last.labels) == [
        "Find a place near me", "By municipality", "By name", "All places", "See: Supper",
        "All meetings",
    ]  # fmt: skip


def test_a_day_itself_has_no_seats(world: World) -> None:
    day, _places = plan_day(world)
    phone = member(world)
    assert bare(phone.sends(f"f:rsvp:{day.id}:yes"))[0].startswith("<b>Day of the street</b>")
    assert held(phone, day) == 0


def test_the_nearest_place_comes_first_with_how_far_it_is(world: World) -> None:
    day, _places = plan_day(world, 9)
    phone = member(world)
    phone.sends(f"f:meeting:{day.id}")
    assert phone.presses("Find a place near me")[0].startswith("Share your location")
    said = share(phone)
    assert names(said)[:3] == ["1. Garden C", "2. Garden D", "3. Garden B"]
    assert "Lane 3\n0.7 km from you\n3 seats left." in bare(said)[0]
    assert "13 km from you" in said[0]
    assert len(phone.last.labels) == 10
    assert names(phone.presses("Show more")) == ["9. Garden I"]
    assert bare(phone.types("garden c"))[0].startswith(
        "<b>Garden C</b>\nPart of: Day of the street"
    )


@pytest.mark.parametrize("at", ["", "north", "52.1", "91,5", "52,181", "nan,nan", "1e400,5"])
def test_a_made_up_spot_is_asked_for_again(world: World, at: str) -> None:
    day, _places = plan_day(world)
    phone = member(world)
    assert phone.sends(f"f:place_near:{day.id}:{at}:0")[0].startswith("Share your location")


def test_places_that_are_not_on_the_map_are_found_in_another_way(world: World) -> None:
    day, _places = plan_day(world, latitude=None)
    phone = member(world)
    phone.sends(f"f:place_near:{day.id}")
    assert share(phone) == ["I do not know where the places are on the map."]
    assert names(phone.presses("All places")) == ["1. Garden A", "2. Garden B", "3. Garden C"]


def test_a_place_is_found_by_its_municipality(world: World) -> None:
    day, _places = plan_day(world, 10, municipality="GM0344")
    phone = member(world)
    phone.sends(f"f:meeting:{day.id}")
    assert phone.presses("By municipality") == ["In which municipality do you look for a place?"]
    assert phone.last.labels == ["Utrecht", "Stop"]
    assert len(names(phone.presses("Utrecht"))) == 8
    assert names(phone.presses("Show more")) == ["9. Garden I", "10. Garden J"]
    phone.sends(f"f:places:{day.id}:in")
    assert bare(phone.types("Zwolle")) == ["There is no place in Zwolle that day."]
    assert phone.last.labels[0] == "Find a place near me"


def test_a_place_is_found_by_a_name_with_a_slip(world: World) -> None:
    day, _places = plan_day(world)
    phone = member(world)
    phone.sends(f"f:meeting:{day.id}")
    phone.presses("By name")
    assert names(phone.types("gardn b")) == ["1. Garden B"]
    phone.sends(f"f:places:{day.id}:name")
    assert phone.types("\u202e<b>=1+1\u200b</b>")[0] == "I find no place with those words."
    phone.sends(f"f:places:{day.id}:name")
    assert "At most 80 fit" in phone.types("x" * 4096)[0]


def test_more_places_than_there_are_is_no_trouble(world: World) -> None:
    day, _places = plan_day(world)
    phone = member(world)
    assert phone.sends(f"f:places:{day.id}::99") == ["There are no more places."]
    assert phone.sends("f:places:999") == ["I do not know that meeting."]


def test_a_place_says_at_which_other_one_somebody_is(world: World) -> None:
    day, (one, two, _three) = plan_day(world)
    phone = member(world)
    sits(phone, one, 2)
    said = bare(phone.sends(f"f:meeting:{two.id}"))[0]
    assert "You are signed up for Garden A, at another place." in said
    assert phone.last.labels[0] == "Move to this place"
    assert "You are signed up for Garden A." in bare(phone.sends(f"f:meeting:{day.id}"))[0]
    assert bare(phone.last.labels)[0] == "See: Garden A"


def test_moving_takes_one_press_and_takes_all_seats_along(world: World) -> None:
    _day, (one, two, _three) = plan_day(world)
    phone = member(world)
    sits(phone, one, 2)
    world.run(rsvps.set_needs, one.id, phone.person.id, ["diet"], None)
    phone.sends(f"f:meeting:{two.id}")
    assert bare(phone.presses("Move to this place")) == [
        "See you there! 2 seats are yours.\n\n<b>Garden B</b>\nSaturday 20 March, 10:00\nLane 2\n"
        "Your seats at Garden A are free for others now.\nI will remind you in time."
    ]
    assert (held(phone, one), held(phone, two)) == (0, 2)
    assert world.run(seats.find, two.id, phone.person.id).needs == ["diet"]
    assert "How many people come in all" in phone.sends(f"f:move:{two.id}")[0]
    assert held(phone, two) == 2, "an old button of the place where they are changes nothing"


def test_who_moves_to_a_full_place_stands_in_line_and_keeps_the_seat(world: World) -> None:
    _day, (one, two, _three) = plan_day(world)
    fill(world, two, 2)
    phone = member(world)
    sits(phone, one, 2)
    phone.sends(f"f:meeting:{two.id}")
    assert bare(phone.presses("Move to this place")) == [
        "There are not 2 free seats at Garden B now. You keep your seats at Garden A. "
        "Do you want to stand in line as well?"
    ]
    assert bare(phone.presses("No, thank you")) == ["Fine. You keep your seats at Garden A."]
    assert number(phone, two) is None
    phone.sends(f"f:move:{two.id}")
    assert bare(phone.types("yes")) == [
        "You are number 1 in line for Garden B.\nYou keep your seats at Garden A until then.\n"
        "I write to you as soon as there is a seat for you."
    ]
    assert (held(phone, one), number(phone, two)) == (2, 1)


def test_moving_to_a_place_that_filled_up_meanwhile_asks_first(world: World) -> None:
    _day, (one, two, _three) = plan_day(world)
    phone = member(world)
    sits(phone, one)
    phone.sends(f"f:meeting:{two.id}")
    fill(world, two, 3)
    assert "no free seat at" in phone.presses("Move to this place")[0]
    assert held(phone, one) == 1


def test_a_move_without_a_seat_elsewhere_is_a_sign_up(world: World) -> None:
    _day, (one, _two, _three) = plan_day(world)
    phone = member(world)
    assert phone.sends(f"f:move:{one.id}")[0].endswith("you included?")
    world.run(planning.cancel, one.id, phone.person.id, world.now)
    assert "This meeting is cancelled." in phone.sends(f"f:move:{one.id}")[0]


def test_a_visitor_presses_the_name_they_gave_at_another_part(world: World) -> None:
    day, (one, _two, _three) = plan_day(world)
    phone = world.phone()
    phone.types(f"/start meeting-{one.id}")
    phone.presses("Yes, I am coming")
    phone.presses("1")
    phone.types("Noor de Wit")
    phone.sends(f"f:meeting:{day.id}")
    phone.presses("See: \u2068Supper\u2069")
    phone.presses("Yes, I am coming")
    phone.presses("1")
    assert phone.last.labels[0] == "Noor de Wit"
    assert phone.presses("Noor de Wit")[0].startswith("See you there!")
    assert held(phone, one) == 1, "a part is signed up for apart"


def test_my_meetings_shows_place_part_and_line(world: World) -> None:
    day, (one, two, _three) = plan_day(world)
    fill(world, two, 3)
    phone = member(world)
    sits(phone, one)
    phone.sends(f"f:move:{two.id}")
    phone.types("yes")
    phone.sends(f"f:meeting:{day.id}")
    phone.presses("See: \u2068Supper\u2069")
    phone.presses("Yes, I am coming")
    phone.presses("1")
    said = bare(phone.types("/mymeetings"))
    assert [text.split("\n")[0] for text in said] == [
        "<b>1. Garden A</b>", "<b>2. Garden B</b>", "<b>3. Supper</b>",
    ]  # fmt: skip
    assert "Part of: Day of the street" in said[0]
    assert said[1].endswith("You are number 1 in line.")


def test_a_day_that_is_not_published_is_for_who_runs_it(world: World) -> None:
    start = plan(world).starts
    later = world.now.replace(tzinfo=None)
    day = plan_at(world, "later", later.replace(day=20), title="Later", status="draft")
    assert start > world.now
    phone = member(world)
    assert phone.sends(f"f:meeting:{day.id}") == ["I do not know that meeting."]


def test_places_with_long_and_hostile_names_stay_one_message(world: World) -> None:
    nasty = "<b>&amp;</b>\u202e" + "👨‍👩‍👧‍👦" * 50
    day, _places = plan_day(world, 9, municipality="GM0344")
    for each in range(1, 10):
        plan_at(
            world, f"place {each}", plan(world).starts.replace(tzinfo=None), title=nasty,
            place=nasty, kind="place", day=day.id,
        )  # fmt: skip
    phone = member(world)
    texts = phone.sends(f"f:places:{day.id}")
    assert all(units(text) <= 4096 for text in texts)
    assert names(texts)[0].startswith("1. &lt;b&gt;&amp;amp;")
