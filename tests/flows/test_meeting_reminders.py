"""The reminders of one meeting as its host sees and switches them; and those who are silent."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from storage import Tx, gate, meetings, people, tables
from storage.meetings import Meeting
from storage.people import Consent, Purpose
from tests.flows.gate_house import comes, coordinator, go_to, make_world, plan, somebody
from tests.flows.meeting_house import bare
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def host(world: World) -> Phone:
    return somebody(world, "host")


@pytest.fixture
def walk(world: World, host: Phone) -> Meeting:
    return plan(world, host=host)


def look(phone: Phone, walk: Meeting) -> list[str]:
    return bare(phone.sends(f"f:meeting_reminders:{walk.id}"))[0].split("\n\n")


def test_the_host_sees_when_each_goes_and_to_how_many(
    world: World, host: Phone, walk: Meeting
) -> None:
    comes(somebody(world, "noor"), walk, 3)
    world.tick()
    head, week, silent, day, hours, end = look(host, walk)
    assert head == "Reminders for A walk, Wednesday 10 March, 19:30"
    assert week == (
        "A week before: Wednesday 3 March, 10:00.\nAs it is now it goes to 1 person who comes."
    )
    assert silent.endswith("Sunday 7 March, 10:00.\nAs it is now it goes to 0 people.")
    assert day.startswith("The day before: Tuesday 9 March, 10:00.")
    assert hours.startswith("Two hours before: Wednesday 10 March, 17:30.")
    assert end.startswith("Whoever switched reminders off gets none.")


def test_the_host_sees_what_was_sent_and_why_not(world: World, host: Phone, walk: Meeting) -> None:
    comes(somebody(world, "noor"), walk)
    quiet = comes(somebody(world, "bo"), walk)
    quiet.sends("f:reminders:off")
    go_to(world, walk.starts)
    _head, week, silent, *_rest = look(host, walk)
    assert week.split("\n")[1:] == ["1 sent.", "1 not sent on purpose:", "· wants no reminders: 1"]
    assert silent.split("\n")[1:] == ["It went to nobody."]
    assert host.last.labels == ["Back to the meeting"]


def test_a_kind_is_switched_off_and_on_for_this_meeting(
    world: World, host: Phone, walk: Meeting
) -> None:
    noor = comes(somebody(world, "noor"), walk)
    host.sends(f"f:meeting_reminders:{walk.id}")
    assert "It is off." in host.presses("None a week before")[0]
    host.presses("None two hours before")
    found = world.run(meetings.find, walk.id)
    assert (found.reminders, found.version) == (["silent", "day"], walk.version)
    assert host.last.labels[0] == "Do send the one a week before"
    host.presses("Do send the one two hours before")
    noor.hears()
    go_to(world, walk.starts)
    assert [text.split("\n")[0] for text in noor.hears()] == ["Tomorrow:", "Today:"]
    assert look(host, walk)[1].endswith("It is off.")


def test_all_kinds_on_is_the_same_as_never_touched(
    world: World, host: Phone, walk: Meeting
) -> None:
    host.sends(f"f:meeting_reminders:{walk.id}:day:off")
    host.sends(f"f:meeting_reminders:{walk.id}:day:on")
    assert world.run(meetings.find, walk.id).reminders is None
    host.sends(f"f:meeting_reminders:{walk.id}:sideways:off")
    assert world.run(meetings.find, walk.id).reminders is None


def test_only_who_runs_it_sees_and_switches(world: World, walk: Meeting) -> None:
    phone = somebody(world, "bo")
    refused = ["You cannot run this meeting. Its host and the coordinators can."]
    assert phone.sends(f"f:meeting_reminders:{walk.id}:day:off") == refused
    assert phone.sends("f:meeting_reminders:99") == refused
    assert world.run(meetings.find, walk.id).reminders is None
    assert look(coordinator(world), walk)[0].startswith("Reminders for A walk")


# Who is silent.


def invited(tx: Tx, meeting: int, person: int, world: World) -> None:
    """Somebody wants invitations, and got one to this meeting."""
    said = Consent(Purpose.NEWS, True, "1", "en", "test", world.now)
    people.record_consent(tx, person, said)
    one = {"key": "invitation:1", "kind": "invitation", "arguments": {}, "due": world.now,
           "created": world.now, "finished": world.now, "meeting": meeting}  # fmt: skip
    made = tx.execute(insert(tables.fanouts).values(one).returning(tables.fanouts.c.id)).scalar()
    row = {"meeting": meeting, "person": person, "fanout": made, "created": world.now}
    tx.execute(insert(tables.invitations), row)
    found = people.find(tx, person)
    assert found is not None
    gate.decide(tx, found, Purpose.NEWS, f"invitation:{made}:{person}", world.now)


def test_who_says_nothing_is_asked_once_and_can_answer_at_once(world: World, walk: Meeting) -> None:
    noor = somebody(world, "noor")
    world.run(invited, walk.id, noor.person.id, world)
    go_to(world, walk.starts - timedelta(days=3))
    assert bare(noor.hears()) == [
        "In 3 days:\n<b>A walk</b>\nWednesday 10 March, 19:30\nDe Werf\n"
        "I invited you, and do not know yet whether you come. Will you tell me?"
    ]
    assert noor.last.labels == [
        "Yes, I am coming", "Maybe", "No", "Read more", "No invitations for 4 weeks",
    ]  # fmt: skip
    go_to(world, walk.starts - timedelta(days=1))
    assert noor.hears() == []
    assert noor.presses("No invitations for 4 weeks")
    assert noor.sends(f"f:rsvp:{walk.id}:maybe")


def test_who_answered_is_not_asked(world: World, walk: Meeting) -> None:
    noor = somebody(world, "noor")
    world.run(invited, walk.id, noor.person.id, world)
    noor.sends(f"f:rsvp:{walk.id}:no")
    go_to(world, walk.starts)
    assert noor.hears() == []
