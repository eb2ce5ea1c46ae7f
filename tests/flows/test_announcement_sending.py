"""Announcements on their way, as who wrote them and who gets them see it."""

from datetime import datetime, timedelta

import pytest

from bot.dialogue.announcing import progress
from bot.dialogue.language import speaking
from handlers import announcement_progress, announcement_sending
from storage import erasure, people, planning, sendings, settings
from storage.people import Purpose
from storage.sending_rows import Sending
from tests.flows.meeting_house import bare, plan
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    agrees,
    begins,
    content,
    crowd,
    fails,
    first,
    found,
    goes_out,
    hears,
    make_world,
    many,
    planned,
    runs,
    sends,
    state,
    wants_news,
)
from tests.flows.whole import rows

LETTER = "Summer is coming!\n\nNoor of Wijkwerk sends you this."


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def noor(world):
    return coordinator(world, "noor")


def shown(phone, words):
    """The newest message on the screen that begins with these words."""
    return next(one for one in reversed(phone.screen()) if bare([one.text])[0].startswith(words))


def test_it_goes_once_to_everybody_who_wants_it(world, noor):
    wanting, silent = crowd(world, 3), world.phone("silent")
    silent.types("/start")
    silent.hears()
    announcement = planned(noor)
    goes_out(world)
    for phone in wanting:
        assert hears(phone) == [LETTER]
        assert phone.last.labels == ["Why do I get this?", "No more news"]
    assert hears(silent) == []
    goes_out(world, minutes=60)
    assert [hears(phone) for phone in wanting] == [[], [], []]
    assert (first(world, announcement).state, first(world, announcement).sent) == ("done", 3)


def test_nothing_goes_before_its_time(world, noor):
    [reader] = crowd(world, 1)
    planned(noor, seconds=3600)
    goes_out(world, minutes=58)
    assert hears(reader) == []
    goes_out(world, minutes=2)
    assert hears(reader) == [LETTER]


def test_each_reads_their_own_language_or_the_first_one(world, noor):
    texts = {"en": {"text": "Summer!", "rich": False}, "nl": {"text": "Zomer!", "rich": False}}
    english, dutch = crowd(world, 2)
    arabic = wants_news(world, "arabic")
    world.run(people.change, dutch.person.id, language="nl")
    world.run(people.change, arabic.person.id, language="ar")
    planned(noor, content(texts=texts))
    goes_out(world)
    assert hears(english)[0].startswith("Summer!")
    assert hears(dutch)[0].startswith("Zomer!")
    assert hears(arabic)[0].startswith("Summer!")


def test_many_share_one_message_which_is_read_and_written_once(world, noor):
    crowd(world, 2)
    planned(noor)
    begins(world)
    waiting = [row for row in rows(world, "outbox") if row["renderer"] == "announcement"]
    asked = [row["arguments"] for row in waiting]
    one, other = world.run(announcement_sending.write.many, asked, world.now)
    assert one is other


def test_formatting_and_files_arrive_as_they_were_sent(world, noor):
    [reader] = crowd(world, 1)
    texts = {"en": {"text": "<b>Summer</b> &amp; sun", "rich": True}}
    photo = {"kind": "photo", "file": "F1", "name": "photo.jpg"}
    planned(noor, content(texts=texts, attachment=photo))
    goes_out(world)
    message = reader.last.message
    assert message is not None
    assert message.attachment is not None
    assert message.text.startswith("<b>Summer</b> &amp; sun")
    assert (message.attachment.kind, message.attachment.file) == ("photo", "F1")


def test_a_paid_one_says_so_in_each_message(world, noor):
    crowd(world, 1)
    world.run(settings.put, "announcements", {"paid_broadcast": True})
    planned(noor, paid=True)
    begins(world)
    [template] = rows(world, "templates")
    assert template["content"]["paid"] is True
    assert [row["lane"] for row in rows(world, "outbox") if row["renderer"] == "announcement"] == [
        "paid"
    ]


def test_a_paid_one_costs_nothing_where_paying_was_switched_off_since(world, noor):
    crowd(world, 1)
    planned(noor, paid=True)
    begins(world)
    assert rows(world, "announcements")[0]["paid"] is False
    assert "paid" not in rows(world, "templates")[0]["content"]
    sent = [row for row in rows(world, "outbox") if row["renderer"] == "announcement"]
    assert [row["lane"] for row in sent] == ["bulk"]


# The progress.


def test_the_progress_is_one_message_that_changes(world, noor):
    crowd(world, 4)
    planned(noor)
    noor.hears()
    begins(world)
    world.pass_time(seconds=5)
    assert hears(noor) == [
        "Your message “Summer is coming!”\n\n░░░░░░░░░░ 0 percent done\nSent: 0 of 4\n\n"
        "Less than a minute to go."
    ]
    assert noor.last.labels == ["Pause", "Stop it"]
    world.pass_time(seconds=5)
    world.pass_time(seconds=5)
    assert shown(noor, "Your message").text.endswith("100 percent done\nSent: 4 of 4\n\nDone.")
    assert shown(noor, "Your message").labels == []
    assert len([one for one in hears(noor) if one.startswith("Your message")]) == 0


def test_nothing_is_edited_when_nothing_has_changed(world, noor):
    crowd(world, 2)
    planned(noor)
    begins(world)
    world.pass_time(seconds=0)
    noor.presses("Pause")
    world.pass_time(seconds=5)
    edits = [row for row in rows(world, "outbox") if row["edits"] is not None]
    for _again in range(3):
        world.pass_time(seconds=5)
    assert len([row for row in rows(world, "outbox") if row["edits"] is not None]) == len(edits)


def test_a_long_one_is_shown_less_often(world, noor):
    readers = crowd(world, 9)
    announcement = planned(noor)
    begins(world)
    world.run(announcement_progress.show.run, world.now)
    world.run(sendings.pause, first(world, announcement).id)
    world.now += timedelta(minutes=11)
    for phone in readers:
        fails(world, phone, "uncertain", None)
        world.now += timedelta(seconds=5)
        for tick in world.ticks:
            world.run(tick.run, world.now)
    assert first(world, announcement).uncertain == 9
    edits = [row for row in rows(world, "outbox") if row["edits"] is not None]
    assert len(edits) == 2


@pytest.mark.parametrize(("share", "drawn"), [(0, 0), (9, 0), (10, 1), (99, 9), (100, 10)])
def test_the_bar_is_full_only_at_the_end(share, drawn):
    assert progress.bar(share) == "▓" * drawn + "░" * (10 - drawn)


def going(**known):
    """A sending of which only what the progress looks at is filled in."""
    names = Sending.__dataclass_fields__
    facts = dict.fromkeys(names, 0) | {"kind": "send", "state": "sending", "why": None} | known
    return Sending(**facts)


@pytest.mark.parametrize(
    ("counts", "seconds", "told"),
    [
        ({"open": 900, "sent": 100}, 10, "About 2 minutes to go."),
        ({"open": 40, "sent": 100}, 10, "Less than a minute to go."),
        ({"open": 2400, "sent": 0}, 0, "About 2 minutes to go."),
        ({"open": 90, "sent": 10}, 10, "About 2 minutes to go."),
        ({"open": 60, "sent": 10}, 10, "About 1 minute to go."),
        ({"open": 20_000, "sent": 10}, 10, "About 6 hours to go."),
    ],
)
def test_the_time_left_follows_the_speed_that_was_seen(counts, seconds, told):
    now = datetime.fromisoformat("2027-03-01T12:00:00+00:00")
    view = progress.View("x", now, "UTC", now - timedelta(seconds=seconds))
    with speaking("en"):
        assert progress.left(going(**counts), view) == told


def test_the_progress_waits_for_the_morning_and_says_so(world, noor):
    many(world, 600)
    announcement = planned(noor, seconds=8 * 3600 + 3570)
    noor.hears()
    begins(world, minutes=60 * 9 - 0.4)
    world.pass_time(minutes=2)
    world.pass_time(seconds=6)
    progress_ = bare([shown(noor, "Your message").text])[0]
    assert progress_.endswith("Held back for now: 500\n\nIt is night. It goes on at 09:00.")
    goes_out(world, minutes=60 * 12)
    assert first(world, announcement).sent == 600


def test_what_was_held_back_is_told_apart(world, noor):
    free, paused = crowd(world, 2)
    world.run(people.change, paused.person.id, paused_until=world.now + timedelta(days=3))
    announcement = planned(noor)
    noor.hears()
    goes_out(world)
    summary = hears(noor)[-1]
    assert (
        "It is for 2 people.\nSent: 1\nLater, held back for now: 1\n– asked for a pause" in summary
    )
    assert hears(free) == [LETTER]
    goes_out(world, minutes=60 * 24 * 3)
    assert hears(paused) == [LETTER]
    assert hears(noor) == []
    assert first(world, announcement).sent == 2


# The summary.


def test_there_is_exactly_one_summary_and_its_numbers_add_up(world, noor):
    readers = crowd(world, 5)
    announcement = planned(noor)
    noor.hears()
    begins(world)
    fails(world, readers[0])
    fails(world, readers[1], "unreachable", "blocked")
    fails(world, readers[2], "uncertain", None)
    agrees(readers[3], given=False)
    goes_out(world, minutes=0)
    heard = hears(noor)
    assert heard[-1] == (
        "“Summer is coming!” has gone out.\n\n"
        "It is for 5 people.\nSent: 1\n"
        "Did not arrive: 2\n– Telegram did not accept it: 1\n"
        "– blocked the bot, or are not on Telegram any more: 1\n"
        "Did not go: 1\n– do not want it any more: 1\n"
        "Not sure whether it arrived: 1\n\n"
        "Telegram does not tell who reads a message."
    )
    assert noor.last.labels == [
        "Who did not get it", "Get the list as a file", "Try the failed ones again",
        "Correct it", "Withdraw it",
    ]  # fmt: skip
    assert first(world, announcement).summed_up is not None
    goes_out(world, minutes=60 * 20)
    assert hears(noor) == []
    assert first(world, announcement).total == 5


def test_what_is_stopped_is_summed_up_when_everybody_is_given_up(world, noor):
    crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    world.run(sendings.cancel, first(world, announcement).id, world.now)
    world.run(announcement_progress.show.run, world.now)
    assert first(world, announcement).summed_up is None
    goes_out(world, minutes=0)
    assert first(world, announcement).summed_up is not None
    assert "Did not go: 2\n– the sending was stopped before: 2" in hears(noor)[-1]


@pytest.mark.parametrize(
    ("end", "stopped", "offered"),
    [("refused", False, True), ("unreachable", False, False), ("refused", True, False)],
)
def test_a_second_try_is_offered_only_where_it_can_help(world, noor, end, stopped, offered):
    reader, _other = crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    fails(world, reader, end)
    if stopped:
        world.run(sendings.cancel, first(world, announcement).id, world.now)
    goes_out(world, minutes=0)
    assert first(world, announcement).failed == 1
    assert ("Try the failed ones again" in noor.last.labels) is offered


def test_presses_are_promised_only_where_they_are_counted(world, noor):
    crowd(world, 1)
    meeting = plan(world)
    button = {"kind": "meeting", "label": {"en": "See it"}, "value": meeting.id}
    planned(noor, content(buttons=[button]))
    goes_out(world)
    assert hears(noor)[-1].endswith(
        "How often its buttons are pressed you see later, at /announcements."
    )


def test_somebody_else_is_told_when_who_wrote_it_cannot_be(world, noor):
    bram, mia = coordinator(world, "bram"), coordinator(world, "mia")
    crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    world.run(people.change, noor.person.id, role="none")
    for phone in (noor, bram, mia):
        phone.hears()
    goes_out(world)
    assert hears(noor) == []
    assert any("has gone out" in text for text in hears(bram))
    assert hears(mia) == []
    assert first(world, announcement).sent == 2


def test_who_blocked_the_bot_is_followed_by_a_colleague(world, noor):
    bram = coordinator(world, "bram")
    crowd(world, 2)
    planned(noor)
    begins(world)
    world.run(announcement_progress.show.run, world.now)
    noor.blocks()
    bram.hears()
    world.run(announcement_progress.show.run, world.now + timedelta(seconds=5))
    goes_out(world, minutes=0)
    heard = hears(bram)
    assert heard[0].startswith("Your message")
    assert "has gone out" in heard[-1]
    assert len(heard) == 2


def test_without_anybody_to_tell_it_goes_out_all_the_same(world, noor):
    [reader] = crowd(world, 1)
    announcement = planned(noor)
    begins(world)
    world.run(people.change, noor.person.id, role="none")
    goes_out(world)
    assert hears(reader) == [LETTER]
    assert first(world, announcement).summed_up is None
    mia = coordinator(world, "mia")
    mia.hears()
    goes_out(world, minutes=0)
    assert "has gone out" in hears(mia)[-1]


# Trouble.


def test_too_many_errors_pause_it_and_somebody_is_asked_to_look(world, noor):
    readers = crowd(world, 30)
    announcement = planned(noor)
    noor.hears()
    begins(world)
    for reader in readers[:20]:
        fails(world, reader)
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    assert (first(world, announcement).state, first(world, announcement).why) == (
        "paused", "errors",
    )  # fmt: skip
    world.pass_time(seconds=6)
    [told] = [text for text in hears(noor) if text.startswith("I have paused")]
    assert told == (
        "I have paused “Summer is coming!”: Telegram refused 20 messages in a row.\n\n"
        "The others wait. Look at what went wrong before you go on."
    )
    assert "I have paused it, because too many went wrong in a row." in (
        shown(noor, "Your message").text
    )
    world.pass_time(seconds=60)
    assert hears(noor) == []
    noor.presses("Go on sending")
    goes_out(world, minutes=11)
    assert first(world, announcement).sent == 10


def test_a_mistake_of_ours_holds_up_one_sending_and_no_other(world, noor):
    [reader] = crowd(world, 1)
    broken = planned(noor, content("Odd"), audience={"only": [["moon", "1"]], "but": []})
    sound = planned(noor)
    noor.hears()
    goes_out(world)
    assert hears(reader) == [LETTER]
    assert (first(world, sound).state, first(world, broken).state) == ("done", "paused")
    assert [text for text in hears(noor) if text.startswith("I have paused")] == [
        "I have paused “Odd”: something went wrong on my side. The others wait. "
        "Ask your admin to look before you go on."
    ]
    assert sends(noor, "cancel_sending", first(world, broken).id)[0].endswith("Stop?")


def test_a_meeting_that_is_off_takes_its_announcement_along(world, noor):
    [reader] = crowd(world, 1)
    meeting = plan(world, days=3)
    announcement = planned(noor, meeting=meeting.id, minutes=-24 * 60)
    world.run(planning.cancel, meeting.id, noor.person.id, world.now)
    noor.hears()
    world.pass_time(seconds=6)
    assert hears(noor)[-1] == (
        "Your message “Summer is coming!” did not go out: its meeting is off or over, or it would "
        "have come too late. Nobody got it. It is a draft again."
    )
    assert state(world, announcement) == "draft"
    goes_out(world, minutes=60 * 24 * 4)
    assert hears(reader) == []


def test_one_that_cannot_be_put_together_costs_no_other_one(world, noor, caplog):
    [reader] = crowd(world, 1)
    odd = planned(noor, content("Odd.", buttons=[{"kind": "link", "label": {}, "value": "x"}]))
    good = planned(noor)
    noor.hears()
    goes_out(world)
    assert (state(world, odd), state(world, good)) == ("draft", "begun")
    assert hears(reader) == [LETTER]
    [told] = [text for text in hears(noor) if "“Odd.”" in text]
    assert told == (
        "Your message “Odd.” did not go out: something went wrong on my side when I put it "
        "together. Nobody got it. It is a draft again. Write its text anew, or ask your admin to "
        "look."
    )
    assert f"announcement {odd} cannot be composed" in caplog.messages
    assert runs(world, odd) == []
    goes_out(world, minutes=60)
    assert hears(reader) == []


def test_it_moves_along_with_its_meeting(world, noor):
    [reader] = crowd(world, 1)
    meeting = plan(world, days=3)
    announcement = planned(noor, meeting=meeting.id, minutes=-24 * 60)
    start = datetime.fromisoformat("2027-03-06T19:30")
    facts = {"start": start, "end": start + timedelta(hours=2)}
    world.run(planning.edit, meeting.id, None, world.now, quiet=True, **facts)
    world.now = datetime.fromisoformat("2027-03-04T12:00:00+00:00")
    goes_out(world)
    assert hears(reader) == []
    world.now = datetime.fromisoformat("2027-03-05T18:31:00+00:00")
    goes_out(world)
    assert hears(reader) == [LETTER]
    assert found(world, announcement).state == "begun"


def test_who_joins_later_gets_it_while_that_was_chosen(world, noor):
    crowd(world, 1)
    announcement = planned(noor, late_until=world.now + timedelta(days=2))
    goes_out(world)
    world.now += timedelta(seconds=1)
    late = wants_news(world, "late")
    world.run(people.join, late.person.id, world.now, {"name": "Late"})
    goes_out(world, minutes=11)
    assert hears(late) == [LETTER]
    world.pass_time(days=3)
    later = wants_news(world, "later")
    world.run(people.join, later.person.id, world.now, {"name": "Later"})
    goes_out(world, minutes=11)
    assert hears(later) == []
    assert first(world, announcement).sent == 2


def test_two_sendings_go_on_side_by_side(world, noor):
    readers = crowd(world, 3)
    one, two = planned(noor), planned(noor, content("Winter is near."))
    goes_out(world)
    for reader in readers:
        assert sorted(text.split("\n")[0] for text in hears(reader)) == [
            "Summer is coming!", "Winter is near.",
        ]  # fmt: skip
    assert [first(world, number).sent for number in (one, two)] == [3, 3]


def test_another_one_is_first_each_second(world):
    now = world.now
    orders = [
        list(announcement_sending.in_turn([1, 2, 3], now + timedelta(seconds=n))) for n in range(3)
    ]
    assert sorted(orders) == [[1, 2, 3], [2, 3, 1], [3, 1, 2]]
    assert list(announcement_sending.in_turn([], now)) == []


def test_a_survey_asks_for_its_own_consent(world, noor):
    news, survey = crowd(world, 1)[0], wants_news(world, "survey", Purpose.SURVEY)
    planned(noor, purpose="survey")
    goes_out(world)
    assert hears(news) == []
    assert survey.last.labels == ["Why do I get this?", "No more surveys"]


def test_whoever_was_forgotten_meanwhile_gets_nothing(world, noor):
    gone, reader = crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    person = gone.person.id
    world.run(erasure.erase, person, gone.chat, world.now)
    goes_out(world, minutes=0)
    assert hears(reader) == [LETTER]
    assert person not in [row["person"] for row in rows(world, "recipients")]
    assert runs(world, announcement)[0].state == "done"


def test_the_rows_of_the_outbox_go_with_their_announcement(world, noor):
    [reader] = crowd(world, 1)
    announcement = planned(noor)
    goes_out(world)
    told = [row["about"] for row in rows(world, "outbox") if row["chat"] == reader.chat]
    assert f"announcement:{announcement}" in told


def test_a_typed_button_finds_its_announcement(world, noor):
    [reader] = crowd(world, 1)
    planned(noor)
    goes_out(world)
    assert "sent this" in bare(reader.types("why do i get this?"))[0]
