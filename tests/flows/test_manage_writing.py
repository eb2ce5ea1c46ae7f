"""How a host writes to the people of a meeting, and how that comes to them."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import units
from storage import erasure, planning, rsvps
from tests.flows.running_house import (
    a_day,
    audited,
    bare,
    comes,
    coordinator,
    hears,
    host_of,
    make_world,
    may_come,
    plan,
    rows,
    sends,
)
from tests.flows.test_manage_people import many

HOUR = timedelta(hours=1)


@pytest.fixture
def world():
    return make_world()


def writes(phone, meeting, to, text, *pressed):
    sends(phone, "write_to", meeting.id)
    phone.presses(to)
    phone.types(text)
    for label in pressed or ("Yes, send it",):
        phone.presses(label)


def settles(world):
    """The pages are promised and delivered."""
    world.pass_time(seconds=5)
    world.pass_time(seconds=5)


def test_it_is_seen_before_it_goes_and_says_who_writes(world):
    meeting = plan(world, "walk", capacity=1)
    hans, noor = host_of(world, meeting), comes(world, meeting, "noor")
    ali, bea = comes(world, meeting, "ali"), may_come(world, meeting, "bea")
    assert sends(hans, "write_to", meeting.id) == ["To whom do you want to write?"]
    assert hans.last.labels[:4] == [
        "Who comes: 1", "Who may come: 1", "Who is in line: 1", "All of them: 3",
    ]  # fmt: skip
    hans.types("1")
    assert bare(hans.types("Bring a cup!\nhttps://example.org")) == [
        "Hans writes about A walk:\n\nBring a cup!\nhttps://example.org\n\n"
        "This is how 1 person gets it. Shall I send it?"
    ]
    hans.presses("Yes, send it")
    assert audited(world)[-1] == "meeting.write"
    settles(world)
    assert hears(noor) == ["Hans writes about A walk:\n\nBring a cup!\nhttps://example.org"]
    assert hears(ali) == hears(bea) == []


def test_all_of_them_get_it_once(world):
    boss = coordinator(world)
    day, (east, west) = a_day(world, "East", "West", capacity=1)
    noor = comes(world, east, "noor")
    ali = comes(world, west, "ali")
    for meeting in (east, west):
        world.run(rsvps.claim, meeting.id, rsvps.Party(ali.person.id, 1), world.now)
    writes(boss, day, "All", "See you!")
    settles(world)
    for phone in (noor, ali):
        assert hears(phone) == ["Boss writes about Day:\n\nSee you!"]


def test_no_sends_nothing(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    writes(boss, meeting, "Who comes", "Bring a cup!", "No, send nothing")
    settles(world)
    assert not hears(noor)
    assert [row for row in rows(world, "fanouts") if row["kind"] == "message"] == []


def test_one_group_is_not_offered_twice(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    comes(world, meeting, "noor")
    sends(boss, "write_to", meeting.id)
    assert boss.last.labels == ["Who comes: 1", "Stop"]


def test_there_is_nobody_to_write_to(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    noor.blocks()
    assert sends(boss, "write_to", meeting.id) == ["There is nobody to write to yet."]


def test_the_fourth_in_a_day_is_asked_about_twice(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    for number in range(3):
        writes(boss, meeting, "Who comes", f"Message {number}")
        settles(world)
    noor.hears()
    writes(boss, meeting, "Who comes", "One more")
    assert boss.last.text.startswith("They got 3 messages about this meeting since yesterday.")
    boss.presses("No, leave it")
    settles(world)
    assert not hears(noor)
    writes(boss, meeting, "Who comes", "One more", "Yes, send it", "Yes, send it too")
    settles(world)
    assert len(hears(noor)) == 1
    world.now += timedelta(days=1)
    writes(boss, meeting, "Who comes", "A new day")
    assert boss.last.text.startswith("It is on its way.")


def test_at_night_it_can_wait_for_the_morning(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    world.now += 10 * HOUR
    sends(boss, "write_to", meeting.id)
    boss.presses("Who comes")
    boss.types("Bring a cup!")
    assert boss.last.labels[:2] == [
        "In the morning, Tuesday 2 March, 09:00", "Now, it cannot wait",
    ]  # fmt: skip
    boss.presses("In the morning")
    assert "gets it, Tuesday 2 March, 09:00. Shall I send it?" in boss.last.text
    assert boss.presses("Yes, send it") == ["I send it Tuesday 2 March, 09:00."]
    world.pass_time(hours=10)
    assert not hears(noor)
    world.pass_time(hours=1)
    settles(world)
    assert len(hears(noor)) == 1


def test_at_night_it_can_go_at_once(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    world.now += 10 * HOUR
    writes(boss, meeting, "Who comes", "It is off!", "Now, it cannot wait", "Yes, send it")
    settles(world)
    assert len(hears(noor)) == 1


def test_what_could_not_be_sent_by_day_waits_for_the_morning(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    writes(boss, meeting, "Who comes", "Bring a cup!")
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    world.pass_time(hours=11)
    assert not hears(noor)
    world.pass_time(hours=10)
    assert len(hears(noor)) == 1


def test_who_signed_off_meanwhile_gets_nothing(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    writes(boss, meeting, "Who comes", "Bring a cup!")
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    world.run(rsvps.withdraw, meeting.id, noor.person.id, world.now)
    settles(world)
    assert not hears(noor)
    [row] = [r for r in rows(world, "outbox") if r["renderer"] == "from_host"]
    assert row["state"] == "cancelled"


def test_a_reply_reaches_the_coordinators_with_what_it_is_about(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    hans, noor = host_of(world, meeting), comes(world, meeting, "noor")
    writes(hans, meeting, "Who comes", "Bring a cup!")
    settles(world)
    [said] = noor.types("Which cup?", reply_to=noor.last)
    assert said.startswith("I have passed on your question.")
    world.pass_time(seconds=1)
    assert "Noor asks:\nAbout A walk:\nWhich cup?" in hears(boss)[-1]


def test_many_people_get_it_once_each_also_after_a_kill(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    many(world, meeting, 450)
    writes(boss, meeting, "Who comes", "Bring a cup!")
    [tick] = [one for one in world.ticks if one.name == "host_messages"]
    world.run(tick.run, world.now)

    def killed(tx):
        tick.run(tx, world.now)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.run(killed)
    while world.run(tick.run, world.now):
        pass
    sent = [row["chat"] for row in rows(world, "outbox") if row["renderer"] == "from_host"]
    assert len(sent) == len(set(sent)) == 450
    [kept] = [row for row in rows(world, "fanouts") if row["kind"] == "message"]
    assert (kept["promised"], kept["finished"]) == (450, world.now)


@pytest.mark.parametrize("text", ["x" * 1500, "😀" * 1500, "<b>&", "\u202e=1+1", "{n} {title}"])
def test_any_text_comes_as_it_was_typed(world, text):
    meeting, boss = plan(world, "walk", title="T" * 200), coordinator(world, "b" * 60)
    noor = comes(world, meeting, "noor")
    noor.hears()
    sends(boss, "write_to", meeting.id)
    boss.presses("Who comes")
    boss.types(text)
    boss.presses("Yes, send it")
    settles(world)
    assert text in "".join(hears(noor))
    assert all(units(shown.text) <= 4096 for shown in [*boss.screen(), *noor.screen()])


def test_a_text_too_long_is_not_cut_but_refused(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    comes(world, meeting, "noor")
    sends(boss, "write_to", meeting.id)
    boss.presses("Who comes")
    assert "At most 1500 fit." in boss.types("x" * 1501)[0]


def test_a_message_about_a_cancelled_meeting_still_reaches_who_came(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    world.run(planning.cancel, meeting.id, None, world.now)
    writes(boss, meeting, "Who comes", "The key is found again.")
    settles(world)
    assert "The key is found again." in "".join(hears(noor))


def test_who_was_erased_is_not_missed(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor, _ali = comes(world, meeting, "noor"), comes(world, meeting, "ali")
    writes(boss, meeting, "Who comes", "Bring a cup!")
    world.run(erasure.erase, noor.person.id, noor.chat, world.now)
    settles(world)
    sent = [row["chat"] for row in rows(world, "outbox") if row["renderer"] == "from_host"]
    assert sent == ["telegram:ali"]
