"""All announcements, everything about one of them, and who got it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from storage import people, taps
from tests.flows.meeting_house import bare, member, plan
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    asked,
    audited,
    begins,
    content,
    crowd,
    drafted,
    fails,
    first,
    goes_out,
    make_world,
    many,
    planned,
    sends,
    wants_news,
)
from tests.flows.whole import rows

HOSTILE = "=cmd|' /C calc'!A0\u202e<b>"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def noor(world):
    return coordinator(world, "noor")


def about(phone, announcement):
    return sends(phone, "announcement", announcement)[0]


def read(file):
    return list(csv.reader(StringIO(file.decode("utf-8-sig")), delimiter=";"))


def test_without_any_there_is_a_way_to_write_one(world, noor):
    assert noor.types("/announcements") == ["There are no messages yet."]
    assert noor.last.labels == ["Write a new message"]


def test_each_stands_there_with_its_state_the_newest_first(world, noor):
    crowd(world, 2)
    meeting = plan(world, days=5)
    drafted(noor, content("A draft."))
    asked(noor, content("Asked."))
    planned(noor, content("Tomorrow."), seconds=24 * 3600)
    planned(noor, content("Before."), meeting=meeting.id, minutes=-2 * 24 * 60)
    planned(noor, content("Gone."))
    goes_out(world)
    planned(noor, content("Now."))
    begins(world)
    assert bare(noor.types("/announcements")) == [
        "Messages to many people, the newest first:\n\n"
        "1. “Now.”\nGoing out, 0 percent done\n\n"
        "2. “Gone.”\nGone out: 2 of 2 have it\n\n"
        "3. “Before.”\nPlanned: 2 days before A walk (Thursday 4 March, 19:30)\n\n"
        "4. “Tomorrow.”\nPlanned: Tuesday 2 March, 12:00\n\n"
        "5. “Asked.”\nWaits for a colleague to agree\n\n"
        "6. “A draft.”\nA draft of Noor, from Monday 1 March, 12:00"
    ]
    assert bare(noor.types("2"))[0].startswith("Gone.\n\nGone out: 2 of 2")


CALLED = [
    (("People in a municipality",), "nothing written yet, for everybody"),
    (("People in a municipality", "Utrecht"),
     "nothing written yet, for everybody who lives in Utrecht"),
    (("Everybody", "Summer is here."), "“Summer is here.”"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "called"), CALLED)
def test_a_draft_is_called_by_its_words_or_by_whom_it_is_for(world, noor, typed, called):
    for step in ("/announce", *typed):
        noor.types(step)
    [one] = rows(world, "announcements")
    draft = "A draft of Noor, from Monday 1 March, 12:00"
    assert f"1. {called}\n{draft}" in bare(noor.types("/announcements"))[0]
    assert about(noor, one["id"]).startswith(f"{called.strip('“”')}\n\n{draft}")
    assert f"1. A draft: {called}" in bare(noor.types("/announce"))
    assert (
        f"Shall I throw this away?\n\n{called}\n" in sends(noor, "drop_announcement", one["id"])[0]
    )


def test_a_long_list_comes_in_pages(world, noor):
    for number in range(10):
        drafted(noor, content(f"Number {number}."))
    noor.types("/announcements")
    assert "Number 9." in noor.last.text
    assert "Number 2." in noor.last.text
    assert "Number 1." not in noor.last.text
    assert "Newer ones" not in noor.last.labels
    noor.presses("Older ones")
    assert "9. “" in bare([noor.last.text])[0]
    assert "10. “Number 0.”" in bare([noor.last.text])[0]
    assert noor.last.labels[-2:] == ["Newer ones", "Write a new message"]


def test_what_was_thrown_away_is_not_there(world, noor):
    announcement = drafted(noor)
    sends(noor, "drop_announcement", announcement)
    noor.presses("Yes, throw it away")
    assert noor.types("/announcements") == ["There are no messages yet."]
    assert about(noor, announcement) == "That message was thrown away. Nobody gets it."


def test_others_do_not_see_them(world, noor):
    reader = member(world, "reader")
    announcement = planned(noor)
    for said in (reader.types("/announcements"), [about(reader, announcement)]):
        assert bare(said) == ["This is for coordinators. Ask an admin if you should have it: /ask"]


def test_one_tells_to_whom_by_whom_and_when(world, noor):
    mia = coordinator(world, "mia")
    crowd(world, 2)
    announcement = asked(noor, is_news=True)
    sends(mia, "approve_announcement", announcement)
    mia.presses("Yes, send it")
    goes_out(world)
    assert about(noor, announcement) == (
        "Summer is coming!\n\n"
        "Gone out: 2 of 2 have it\nTo: everybody\nIn: English\nWritten by: Noor\n"
        "Agreed to by: Mia\nBegan: Monday 1 March, 12:01\nIt is under News too.\n\n"
        "It is for 2 people.\nSent: 2\n\n"
        "Telegram does not tell who reads a message."
    )
    assert noor.last.labels == [
        "See it as people do", "Who got it and who did not", "Correct it", "Withdraw it",
        "Write one like it", "All messages",
    ]  # fmt: skip


def test_presses_are_told_in_steps_and_few_of_them_stay_hidden(world, noor):
    readers = crowd(world, 8)
    meeting = plan(world)
    buttons = [
        {"kind": "link", "label": {"en": "Our page"}, "value": "https://example.org"},
        {"kind": "meeting", "label": {"en": "Come too"}, "value": meeting.id},
        {"kind": "meeting", "label": {"en": "Look"}, "value": meeting.id},
        {"kind": "meeting", "label": {"en": "Nothing"}, "value": meeting.id},
    ]
    announcement = planned(noor, content(buttons=buttons))
    assert "Pressed" not in about(noor, announcement)
    goes_out(world)
    for reader in readers:
        world.run(taps.tap, announcement, 1, reader.person.id)
    for reader in readers[:4]:
        world.run(taps.tap, announcement, 2, reader.person.id)
    told = about(noor, announcement)
    assert (
        "Pressed Come too: at least 5 people\nPressed Look: fewer than 5\n"
        "Pressed Nothing: fewer than 5\n"
        "How often a link is opened cannot be counted." in told
    )
    assert "Our page" not in told
    assert "opened: " not in told


@pytest.mark.parametrize(
    ("size", "pressed", "known", "told"),
    [
        (5, 5, {}, "hidden, as few people got it"),
        (5, 5, {"is_news": True}, "at least 5 people"),
        (10, 10, {}, "at least 5 people"),
        (11, 10, {}, "at least 10 people"),
        (11, 9, {}, "at least 5 people"),
        (11, 4, {}, "fewer than 5"),
    ],
)
def test_no_number_of_presses_says_that_all_or_one_more_pressed(world, size, pressed, known, told):
    noor = coordinator(world, "noor")
    readers = crowd(world, size)
    button = {"kind": "meeting", "label": {"en": "Look"}, "value": plan(world).id}
    announcement = planned(noor, content(buttons=[button]), **known)
    goes_out(world)
    for reader in readers[:pressed]:
        world.run(taps.tap, announcement, 0, reader.person.id)
    assert f"Pressed Look: {told}" in about(noor, announcement)


def test_a_text_of_any_length_and_form_fits(world, noor):
    text = "<b>" + "&amp;" * 4096 + "</b>"
    texts = {code: {"text": text, "rich": True} for code in ("en", "nl")}
    announcement = planned(noor, content(texts=texts))
    told = about(noor, announcement)
    assert len(told) < 2000
    assert "&&&" in told
    assert "<b>" not in told
    assert sends(noor, "announcement_preview", announcement)[1].count("&amp;") == 4096


def test_a_press_in_the_look_at_it_goes_to_the_meeting_without_being_counted(world, noor):
    meeting = plan(world)
    button = {"kind": "meeting", "label": {"en": "Come too"}, "value": meeting.id}
    announcement = planned(noor, content(buttons=[button]))
    sends(noor, "announcement_preview", announcement)
    assert "A walk" in bare(noor.presses("Come too"))[0]
    assert rows(world, "taps") == []


def test_what_can_be_done_follows_its_state(world, noor):
    mia = coordinator(world, "mia")
    crowd(world, 2)
    one = drafted(noor)
    about(noor, one)
    assert noor.last.labels == ["See it as people do", "Change it", "Throw it away", "All messages"]
    two = asked(noor, content("Two."))
    about(noor, two)
    assert noor.last.labels[1:3] == ["Take it back", "Throw it away"]
    about(mia, two)
    assert mia.last.labels[1:2] == ["Look at it"]
    three = planned(noor, content("Three."))
    about(noor, three)
    assert noor.last.labels[1:3] == ["Undo it", "Throw it away"]
    begins(world)
    about(noor, three)
    assert noor.last.labels[1:3] == ["Pause", "Stop it"]
    noor.presses("Pause")
    about(noor, three)
    assert noor.last.labels[1:3] == ["Go on sending", "Stop it"]
    assert "Paused: 0 of 2 have it" in noor.last.text


def test_never_more_than_ten_buttons_and_each_once(world, noor):
    readers = crowd(world, 4)
    announcement = planned(noor)
    begins(world)
    fails(world, readers[0])
    goes_out(world, minutes=0)
    sends(noor, "correct_announcement", announcement)
    noor.types("Autumn.")
    noor.presses("Yes, correct it")
    begins(world, minutes=0)
    about(noor, announcement)
    assert "Pause the change" in noor.last.labels
    assert len(noor.last.labels) == len(set(noor.last.labels)) <= 10


def test_after_many_corrections_only_the_newest_are_told_of(world, noor):
    crowd(world, 2)
    announcement = planned(noor)
    goes_out(world)
    for number in range(4):
        sends(noor, "correct_announcement", announcement)
        noor.types(f"Number {number}.")
        noor.presses("Yes, correct it")
        goes_out(world, minutes=0)
    told = about(noor, announcement)
    assert told.startswith("Number 3.")
    assert told.count("The correction:") == 2


# Who got it.


def test_who_did_not_get_it_is_a_list_with_why(world, noor):
    lost, blocked, paused, gets = crowd(world, 4)
    for phone, name in ((lost, "Lou"), (blocked, HOSTILE)):
        world.run(people.change, phone.person.id, name=name, municipality="GM0344")
    world.run(people.change, paused.person.id, paused_until=world.now + timedelta(days=30))
    announcement = planned(noor)
    begins(world)
    fails(world, lost)
    blocked.blocks()
    goes_out(world, minutes=0)
    sends(noor, "announcement", announcement)
    noor.presses("Who got it and who did not")
    assert noor.last.labels == [
        "Did not arrive: 2", "Comes later: 1", "Everybody: 4", "Get the list as a file",
        "See how it goes",
    ]  # fmt: skip
    assert bare(noor.presses("Did not arrive: 2")) == [
        "Did not arrive: 2\n\n– Lou, Utrecht: Telegram did not accept it\n"
        f"– {HOSTILE}, Utrecht: blocked the bot, or are not on Telegram any more"
    ]
    noor.presses("Other people")
    assert (
        "– somebody without a name: asked for a pause" in (bare(noor.presses("Comes later: 1"))[0])
    )
    noor.presses("Other people")
    everybody = bare(noor.presses("Everybody: 4"))[0]
    assert "– somebody without a name: has it" in everybody
    assert audited(world).count("announcement.list") >= 5
    assert gets.person.id


def test_a_long_list_of_people_comes_in_pages(world, noor):
    many(world, 23)
    announcement = planned(noor)
    goes_out(world)
    one = first(world, announcement).id
    seen = sends(noor, "recipient_list", one, "all")[0].count("–")
    assert noor.last.labels[0] == "Next page"
    seen += bare(noor.presses("Next page"))[0].count("–")
    assert noor.last.labels[:2] == ["From the start", "Next page"]
    seen += bare(noor.presses("Next page"))[0].count("–")
    assert "Next page" not in noor.last.labels
    assert seen == 23
    assert sends(noor, "recipient_list", one, "failed") == ["There is nobody on this list now."]


def test_the_file_has_everybody_and_nothing_runs_in_it(world, noor):
    lost, gets = crowd(world, 2)
    world.run(people.change, lost.person.id, name=HOSTILE, municipality="GM0344")
    announcement = planned(noor)
    begins(world)
    fails(world, lost)
    goes_out(world, minutes=0)
    assert sends(noor, "recipient_file", first(world, announcement).id) == [
        "Here is everybody it was for. These are people's names: give the file to nobody."
    ]
    assert read(noor.receives()) == [
        ["Name", "Municipality", "In which language", "What became of it", "Why"],
        [f"'{HOSTILE}", "Utrecht", "English", "did not arrive", "Telegram did not accept it"],
        ["", "", "English", "has it", ""],
    ]
    assert "announcement.file" in audited(world)
    assert gets.person.id


def test_the_file_is_read_some_at_a_time(world, noor):
    many(world, 1_100)
    announcement = planned(noor)
    begins(world)
    sends(noor, "recipient_file", first(world, announcement).id)
    assert len(read(noor.receives())) == 1_101


def test_before_anybody_is_written_down_there_is_no_list(world, noor):
    announcement = planned(noor)
    goes_out(world)
    one = first(world, announcement).id
    assert sends(noor, "recipient_list", one) == [
        "Nobody is on the list for “Summer is coming!” yet."
    ]


def test_somebody_who_joined_the_readers_is_not_shown_to_others(world, noor):
    reader = wants_news(world, "reader")
    announcement = planned(noor)
    goes_out(world)
    one = first(world, announcement).id
    for flow in ("recipient_list", "recipient_file"):
        assert "coordinators" in sends(reader, flow, one)[0]
