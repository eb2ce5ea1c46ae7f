"""Agreeing to an announcement, holding it up, and changing what was sent."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import Attachment, Span, load
from storage import announcements, people, rsvps, sendings
from storage.rsvps import Party
from tests.flows.announce_house import say
from tests.flows.meeting_house import bare, plan
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    agrees,
    asked,
    audited,
    begins,
    content,
    crowd,
    drafted,
    fails,
    first,
    found,
    goes_out,
    hears,
    make_world,
    many,
    planned,
    rewritten,
    runs,
    sends,
    state,
    wants_news,
)
from tests.flows.whole import rows
from tests.whole.hostile import TEXTS

LETTER = "Summer is coming!\n\nNoor of Wijkwerk sends you this."


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def noor(world):
    return coordinator(world, "noor")


@pytest.fixture
def bram(world):
    return coordinator(world, "bram")


# A second pair of eyes.


def test_a_colleague_sees_exactly_what_people_get_and_agrees(world, noor, bram):
    [reader] = crowd(world, 1)
    announcement = asked(noor)
    bram.hears()
    noor.hears()
    world.pass_time(seconds=6)
    assert hears(noor) == []
    assert hears(bram) == [
        "Noor asks you to look at a message to 1 person before it goes out:\n\n“Summer is coming!”"
    ]
    looked = bare(bram.presses("Look at it"))
    assert looked[:2] == ["This is how people get it:", LETTER]
    assert looked[2] == (
        "To: everybody\n1 person gets it.\nIt goes out a minute after you agree.\n\n"
        "Shall I send it?"
    )
    assert bare(bram.presses("Yes, send it")) == [
        "Thank you. It goes out in a minute. Noor hears that you agree."
    ]
    noor.hears()
    world.pass_time(seconds=6)
    assert hears(noor) == [
        "Bram agrees with your message “Summer is coming!”. It goes out at the moment you chose."
    ]
    assert noor.last.labels == ["Undo it", "See how it goes"]
    assert found(world, announcement).approved_by == bram.person.id
    assert hears(reader) == []
    goes_out(world)
    assert hears(reader) == [LETTER]
    assert "announcement.approve" in audited(world)


def test_two_who_agree_together_send_it_once(world, noor, bram):
    mia = coordinator(world, "mia")
    [reader] = crowd(world, 1)
    announcement = asked(noor)
    for phone in (bram, mia):
        sends(phone, "approve_announcement", announcement)
    assert "Thank you." in bare(bram.presses("Yes, send it"))[0]
    assert bare(mia.presses("Yes, send it")) == ["Bram has agreed to it already. It goes out once."]
    assert sends(bram, "approve_announcement", announcement) == [
        "You have agreed to it already. It goes out once."
    ]
    goes_out(world)
    assert hears(reader) == [LETTER]


def test_a_yes_is_to_what_was_looked_at_and_not_to_what_came_after_it(world, noor, bram):
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    world.now += timedelta(seconds=30)
    assert world.run(announcements.undo, announcement, world.now)
    rewritten(noor, announcement, content("Autumn is coming!"))
    assert world.run(announcements.ask, announcement, world.now)
    shown = bare(bram.presses("Yes, send it"))
    assert state(world, announcement) == "asked"
    assert "Autumn is coming!\n\nNoor of Wijkwerk sends you this." in shown
    bram.presses("Yes, send it")
    assert state(world, announcement) == "planned"


def test_nobody_agrees_to_their_own(world, noor):
    announcement = asked(noor)
    assert sends(noor, "approve_announcement", announcement) == [
        "You wrote this yourself, so a colleague has to look at it."
    ]
    assert state(world, announcement) == "asked"


def test_who_is_no_coordinator_any_more_cannot_agree(world, noor, bram):
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    world.run(people.change, bram.person.id, role="none")
    assert bare(bram.types("yes, send it")) == [
        "This is for coordinators. Ask an admin if you should have it: /ask"
    ]
    assert state(world, announcement) == "asked"


def test_a_colleague_can_say_what_should_be_different(world, noor, bram):
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    assert bare(bram.presses("No, not like this")) == ["What should be different? Noor reads it."]
    noor.hears()
    assert bare(bram.types("The <date> is wrong.")) == ["Nothing goes out. Noor can change it."]
    world.pass_time(seconds=6)
    assert hears(noor) == [
        "Bram does not agree with your message “Summer is coming!”. It is a draft again.\n\n"
        "The <date> is wrong."
    ]
    assert noor.last.labels == ["Change it"]
    assert state(world, announcement) == "draft"
    assert sends(bram, "approve_announcement", announcement) == [
        "That message is a draft again: it is being changed."
    ]


def test_deciding_later_leaves_it_waiting(world, noor, bram):
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    assert bare(bram.presses("Decide later")) == [
        "Fine. It waits for you, or for another colleague."
    ]
    assert state(world, announcement) == "asked"


def test_its_own_time_is_kept_when_a_colleague_agrees(world, noor, bram):
    announcement = drafted(noor)
    due = world.now + timedelta(days=1)
    world.run(announcements.ask, announcement, world.now, due)
    sends(bram, "approve_announcement", announcement)
    said = bare(bram.presses("Yes, send it"))
    assert said == ["Thank you. It goes out Tuesday 2 March, 12:00. Noor hears that you agree."]
    assert found(world, announcement).due == due


def test_what_is_agreed_to_at_night_goes_in_the_morning_and_that_is_said(world, noor, bram):
    [reader] = crowd(world, 1)
    announcement = asked(noor)
    world.now += timedelta(hours=11)
    sends(bram, "approve_announcement", announcement)
    assert bare(bram.presses("Yes, send it")) == [
        "Thank you. It goes out Tuesday 2 March, 09:00. Noor hears that you agree."
    ]
    goes_out(world, minutes=60 * 9)
    assert hears(reader) == []
    goes_out(world, minutes=60)
    assert hears(reader) == [LETTER]


@pytest.mark.parametrize(("asked_at", "goes"), [(0, "Tuesday 2 March, 09:00"), (11, "in a minute")])
def test_what_concerns_a_meeting_goes_at_night_only_if_its_writer_chose_so(
    world, noor, bram, asked_at, goes
):
    world.now += timedelta(hours=asked_at)
    announcement = asked(noor, purpose="service")
    world.now += timedelta(hours=11.5 - asked_at)
    sends(bram, "approve_announcement", announcement)
    assert goes in bare(bram.presses("Yes, send it"))[0]


def test_a_colleague_sees_what_a_fast_one_costs(world, noor, bram):
    crowd(world, 2)
    shown = sends(bram, "approve_announcement", asked(noor, paid=True))[-1]
    assert shown.startswith("To: everybody\n2 people get it.\nFast, for 0.2 Stars\nIt goes out")


def test_at_night_only_who_was_there_just_now_is_asked(world, noor, bram):
    mia = coordinator(world, "mia")
    world.pass_time(hours=11)
    for phone in (bram, mia):
        phone.hears()
    mia.types("/help")
    mia.hears()
    asked(noor)
    world.pass_time(seconds=6)
    assert hears(bram) == []
    assert hears(mia)[0].startswith("Noor asks you")
    world.pass_time(hours=10.1)
    assert hears(bram)[0].startswith("Noor asks you")


def test_who_looks_too_late_is_not_asked_any_more(world, noor, bram):
    announcement = asked(noor)
    bram.hears()
    sends(noor, "undo_announcement", announcement)
    world.pass_time(seconds=6)
    assert hears(bram) == []


def test_what_was_planned_by_who_has_no_role_any_more_waits_for_a_colleague(world, noor, bram):
    [reader] = crowd(world, 1)
    announcement = planned(noor)
    world.run(people.change, noor.person.id, role="none")
    bram.hears()
    goes_out(world)
    assert (state(world, announcement), hears(reader)) == ("asked", [])
    assert hears(bram) == [
        "Noor planned a message to 1 person, and is no coordinator any more. It waits until one of "
        "you has looked at it:\n\n“Summer is coming!”"
    ]
    bram.presses("Look at it")
    assert bare(bram.presses("Yes, send it")) == ["Thank you. It goes out in a minute."]
    goes_out(world)
    assert (hears(noor), hears(reader)) == ([], [LETTER])


def test_what_a_colleague_agreed_to_goes_also_without_its_writer(world, noor, bram):
    [reader] = crowd(world, 1)
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    bram.presses("Yes, send it")
    world.run(people.change, noor.person.id, role="none")
    goes_out(world)
    assert hears(reader) == [LETTER]


def test_what_nobody_with_a_role_stands_for_waits_for_the_next_coordinator(world, noor, bram):
    [reader] = crowd(world, 1)
    announcement = asked(noor)
    sends(bram, "approve_announcement", announcement)
    bram.presses("Yes, send it")
    for phone in (noor, bram):
        world.run(people.change, phone.person.id, role="none")
    goes_out(world)
    assert hears(reader) == []
    mia = coordinator(world, "mia")
    world.pass_time(seconds=6)
    assert "is no coordinator any more" in hears(mia)[-1]


# Before anybody has it.


def test_it_can_be_undone_within_the_minute(world, noor):
    [reader] = crowd(world, 1)
    announcement = planned(noor)
    assert sends(noor, "undo_announcement", announcement) == [
        "Undone: nobody gets it. It is a draft again."
    ]
    assert noor.last.labels == ["Change it", "Throw it away"]
    assert sends(noor, "undo_announcement", announcement) == [
        "It is a draft already: nobody gets it."
    ]
    goes_out(world)
    assert hears(reader) == []


def test_too_late_to_undo_is_told_with_what_can_be_done(world, noor):
    crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    assert sends(noor, "undo_announcement", announcement) == [
        "It has begun already, so it cannot be undone. Nobody has it yet."
    ]
    assert noor.last.labels == ["Stop it", "See how it goes"]
    assert state(world, announcement) == "begun"


def test_who_wrote_it_hears_that_a_colleague_undid_it(world, noor, bram):
    announcement = planned(noor)
    noor.hears()
    sends(bram, "undo_announcement", announcement)
    world.pass_time(seconds=6)
    assert hears(noor) == [
        "Bram held back your message “Summer is coming!”. Nobody got it. It is a draft again."
    ]


def test_a_draft_is_thrown_away_after_asking(world, noor):
    announcement = planned(noor)
    sends(noor, "drop_announcement", announcement)
    assert bare(noor.presses("No, keep it")) == ["Fine. Nothing has changed."]
    assert state(world, announcement) == "planned"
    sends(noor, "drop_announcement", announcement)
    assert bare(noor.presses("Yes, throw it away")) == ["It is gone. Nobody gets it."]
    assert state(world, announcement) == "dropped"
    [kept] = rows(world, "announcements")
    assert (kept["draft"], kept["content"], kept["audience"]) == ([], None, None)
    assert sends(noor, "copy_announcement", announcement) == ["That message is not there any more."]
    for flow in ("drop_announcement", "undo_announcement", "approve_announcement"):
        assert sends(noor, flow, announcement) == ["That message was thrown away. Nobody gets it."]


def test_what_has_begun_is_not_thrown_away(world, noor):
    crowd(world, 1)
    announcement = planned(noor)
    sends(noor, "drop_announcement", announcement)
    goes_out(world)
    assert bare(noor.presses("Yes, throw it away"))[0].startswith("It has begun already")
    assert state(world, announcement) == "begun"


# While it goes.


def test_a_pause_holds_up_what_has_not_left_and_going_on_sends_it(world, noor):
    readers = crowd(world, 3)
    announcement = planned(noor)
    begins(world)
    one = first(world, announcement).id
    assert sends(noor, "pause_sending", one) == [
        "Paused. Nobody has it yet. Whoever has yet to get it waits until you let it go on. "
        "What was being sent at this very moment still arrives."
    ]
    world.pass_time(minutes=30)
    assert [hears(reader) for reader in readers] == [[], [], []]
    assert sends(noor, "pause_sending", one) == ["It is paused already. Nobody has it yet."]
    assert noor.last.labels == ["Go on sending", "Stop it", "See how it goes"]
    assert sends(noor, "resume_sending", one) == ["It goes on. Nobody has it yet."]
    assert sends(noor, "resume_sending", one) == ["It is going out already. Nobody has it yet."]
    goes_out(world, minutes=0)
    assert [hears(reader) for reader in readers] == [[LETTER]] * 3
    assert sends(noor, "pause_sending", one) == ["It has gone out already. 3 people have it."]
    assert [one for one in audited(world) if one in ("announcement.pause", "announcement.resume")]


def test_stopping_is_asked_and_tells_who_has_it(world, noor):
    many(world, 600)
    announcement = planned(noor)
    begins(world)
    one = first(world, announcement).id
    world.run(world._deliver)
    asked_ = sends(noor, "cancel_sending", one)[0]
    assert asked_.endswith("do not get it any more then. That cannot be undone. Stop it?")
    assert bare(noor.presses("No, leave it")) == ["Fine. Nothing has changed."]
    assert first(world, announcement).state == "sending"
    sends(noor, "cancel_sending", one)
    noor.presses("Yes, stop it")
    assert sends(noor, "cancel_sending", one)[0].startswith("It was stopped already.")
    noor.hears()
    goes_out(world, minutes=0)
    ended = first(world, announcement)
    assert (ended.state, ended.open) == ("cancelled", 0)
    assert ended.sent + ended.skipped == 600
    assert ended.sent >= 500
    summary = [text for text in hears(noor) if "was stopped" in text]
    assert len(summary) == 1
    assert f"Sent: {ended.sent}\nDid not go: {ended.skipped}" in summary[0]


def test_stopping_what_is_paused_names_no_number_as_not_all_may_be_written_down(world, noor):
    crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    one = first(world, announcement).id
    sends(noor, "pause_sending", one)
    assert sends(noor, "cancel_sending", one) == [
        "Nobody has it yet. If I stop, nobody gets it. That cannot be undone. Stop?"
    ]
    world.run(sendings.set_columns, one, open=0, sent=2)
    assert sends(noor, "cancel_sending", one) == [
        "2 people have it. Nobody else gets it then. That cannot be undone. Stop it?"
    ]


def test_who_got_it_before_it_was_stopped_is_told_why_and_others_are_not(world, noor):
    reader, held = crowd(world, 2)
    world.run(people.change, held.person.id, paused_until=world.now + timedelta(days=3))
    announcement = planned(noor, is_news=True)
    goes_out(world)
    noor.hears()
    sends(noor, "cancel_sending", first(world, announcement).id)
    assert bare(noor.presses("Yes, stop it")) == [
        "Stopped: nobody else gets it. What was being sent at this very moment still arrives."
    ]
    goes_out(world, minutes=5)
    assert hears(noor) == []
    assert sends(reader, "why_announcement", announcement)[0].startswith("Noor of Wijkwerk sent")
    stranger = wants_news(world, "stranger")
    assert sends(stranger, "why_announcement", announcement)[0].startswith("I do not know")
    assert "no news here yet" in sends(stranger, "news")[-1]


def test_a_stop_that_comes_when_all_is_sent_is_told_so(world, noor):
    crowd(world, 1)
    announcement = planned(noor)
    begins(world)
    one = first(world, announcement).id
    sends(noor, "cancel_sending", one)
    goes_out(world, minutes=0)
    assert bare(noor.presses("Yes, stop it")) == ["It has gone out already. 1 person has it."]
    assert first(world, announcement).state == "done"


def test_only_coordinators_hold_anything_up(world, noor):
    [reader] = crowd(world, 1)
    announcement = planned(noor)
    begins(world)
    one = first(world, announcement).id
    for flow in ("pause_sending", "resume_sending", "cancel_sending", "send_again"):
        sends(reader, flow, one)
    for flow in ("undo_announcement", "correct_announcement", "withdraw_announcement",
                 "approve_announcement", "copy_announcement", "announcement"):  # fmt: skip
        sends(reader, flow, announcement)
    assert first(world, announcement).state == "sending"
    assert len(rows(world, "announcements")) == 1


def test_what_is_not_there_is_said_to_be_gone(world, noor):
    for flow in ("pause_sending", "resume_sending", "cancel_sending", "send_again",
                 "recipient_list", "recipient_file"):  # fmt: skip
        assert sends(noor, flow, 99) == ["That message is not there any more."]
    for flow in ("correct_announcement", "withdraw_announcement", "announcement"):
        assert sends(noor, flow, 99) == ["That message was thrown away. Nobody gets it."]


def test_where_all_failed_ones_blocked_the_bot_no_second_try_is_offered(world, noor):
    blocked, _other = crowd(world, 2)
    announcement = planned(noor)
    begins(world)
    blocked.blocks()
    goes_out(world, minutes=0)
    noor.hears()
    assert noor.last.labels == [
        "Who did not get it", "Get the list as a file", "Correct it", "Withdraw it",
    ]  # fmt: skip
    sends(noor, "announcement", announcement)
    assert "Try the failed ones again" not in noor.last.labels
    blocked.sends("/start")
    sends(noor, "announcement", announcement)
    assert "Try the failed ones again" in noor.last.labels


def test_the_failed_ones_get_it_when_tried_again(world, noor):
    lost, blocked, doubtful = crowd(world, 3)
    announcement = planned(noor)
    begins(world)
    fails(world, lost)
    fails(world, doubtful, "uncertain", None)
    blocked.blocks()
    goes_out(world, minutes=0)
    one = first(world, announcement)
    assert (one.failed, one.uncertain) == (2, 1)
    noor.hears()
    assert bare(noor.presses("Try the failed ones again")) == ["I try it again for 1 person."]
    assert sends(noor, "send_again", one.id) == ["It is going out already. Nobody has it yet."]
    goes_out(world, minutes=0)
    assert hears(lost) == [LETTER]
    assert hears(doubtful) == []
    after = first(world, announcement)
    assert (after.sent, after.failed, after.uncertain) == (1, 1, 1)
    assert sends(noor, "send_again", one.id)[0].startswith("There is nobody I can try again.")
    assert not [text for text in hears(noor) if "has gone out" in text]


# Changing what was sent.


@pytest.mark.parametrize("name", ["markup", "override", "formula =", "fields", "long markup"])
def test_a_hostile_correction_and_no_come_as_they_were_typed(world, noor, name):
    text = TEXTS[name]
    readers = crowd(world, 1)
    announcement = planned(noor)
    begins(world)
    goes_out(world)
    sends(noor, "correct_announcement", announcement)
    assert any(said.startswith(text) for said in noor.types(text))
    noor.presses("Yes, correct it")
    goes_out(world, minutes=0)
    assert any(one.text.startswith(text) for one in readers[0].screen())


def test_a_correction_changes_what_people_have(world, noor):
    readers = crowd(world, 2)
    announcement = planned(noor)
    goes_out(world)
    sends(noor, "correct_announcement", announcement)
    looked = bare(noor.types("Autumn & rain.", spans=(Span("bold", 0, 6),)))
    assert looked[1].startswith("<b>Autumn</b> &amp; rain.")
    assert looked[2] == "2 people have it: their messages change. Shall I correct it?"
    assert bare(noor.presses("Yes, correct it")) == [
        "It is being corrected. I tell you when that is done."
    ]
    noor.hears()
    goes_out(world, minutes=0)
    for reader in readers:
        shown = [one for one in reader.screen() if "rain" in one.text]
        assert bare([shown[0].text]) == [
            "<b>Autumn</b> &amp; rain.\n\n<i>Noor of Wijkwerk sends you this.</i>"
        ]
        assert "Summer" not in " ".join(one.text for one in reader.screen())
        assert len(rows(world, "recipients")) == 4
    assert hears(noor)[-1].startswith("“Autumn & rain.” is corrected.\n\nIt is for 2 people.")
    assert [one.kind for one in runs(world, announcement)] == ["send", "correct"]


def test_who_has_yet_to_get_it_gets_only_the_corrected_one(world, noor):
    has, waits = crowd(world, 2)
    world.run(people.change, waits.person.id, paused_until=world.now + timedelta(hours=4))
    announcement = planned(noor)
    goes_out(world)
    sends(noor, "correct_announcement", announcement)
    said = bare(noor.types("Autumn."))[-1]
    assert said == (
        "1 person has it: their message changes. 1 person has yet to get it: they get the new one "
        "at once. Shall I correct it?"
    )
    noor.presses("Yes, correct it")
    goes_out(world, minutes=0)
    goes_out(world, minutes=60 * 5)
    assert hears(waits) == ["Autumn.\n\nNoor of Wijkwerk sends you this."]
    assert "Autumn." in has.last.text


def test_a_correction_asks_for_each_language_and_keeps_the_rest(world, noor):
    reader, other = crowd(world, 2)
    world.run(people.change, reader.person.id, language="nl")
    texts = {"en": {"text": "Summer!", "rich": False}, "nl": {"text": "Zomer!", "rich": False}}
    photo = {"kind": "photo", "file": "F1", "name": "photo.jpg"}
    announcement = planned(noor, content(texts=texts, attachment=photo))
    goes_out(world)
    assert "in English" in sends(noor, "correct_announcement", announcement)[0]
    assert "in Dutch" in bare(noor.types("skip"))[0]
    assert "At most 1024 fit" in bare(noor.types("a" * 1025))[0]
    assert bare(noor.types("Lente!"))[-1] == (
        "2 people have it. I correct it for those who read it in Dutch. Shall I?"
    )
    noor.presses("Yes, correct it")
    goes_out(world, minutes=0)
    assert reader.last.text.startswith("Lente!")
    assert runs(world, announcement)[-1].total == 1, "the other message stays as it is"
    edits = [row["chat"] for row in rows(world, "outbox") if row["edits"] is not None]
    assert other.chat not in edits
    kept = found(world, announcement).content
    assert kept is not None
    assert kept["texts"]["en"] == {"text": "Summer!", "rich": False}
    assert kept["attachment"] == photo


def test_what_is_said_of_a_picture_that_is_taken_back_late(world, noor):
    crowd(world, 1)
    photo = {"kind": "photo", "file": "F1", "name": "photo.jpg"}
    announcement = planned(noor, content(attachment=photo))
    goes_out(world)
    said = "What went with it stays there then: only the words under it change."
    assert said not in sends(noor, "withdraw_announcement", announcement)[0]
    noor.presses("No, leave it")
    world.pass_time(hours=47)
    assert said in sends(noor, "withdraw_announcement", announcement)[0]


def test_a_correction_that_changes_nothing_is_not_sent(world, noor):
    crowd(world, 1)
    announcement = planned(noor)
    goes_out(world)
    sends(noor, "correct_announcement", announcement)
    assert bare(noor.types("Summer is coming!")) == [
        "That is what it says already. Nothing has changed."
    ]
    sends(noor, "correct_announcement", announcement)
    noor.types("Autumn.")
    assert bare(noor.presses("No, leave it")) == ["Fine. Nothing has changed."]
    assert len(runs(world, announcement)) == 1


def test_withdrawing_deletes_what_people_have(world, noor):
    has, waits = crowd(world, 2)
    world.run(people.change, waits.person.id, paused_until=world.now + timedelta(hours=4))
    announcement = planned(noor)
    goes_out(world)
    before = len(has.screen())
    asked_ = sends(noor, "withdraw_announcement", announcement)[0]
    assert asked_.startswith("1 person has it. I take it out of their chat.")
    assert bare(noor.presses("Yes, take it back")) == [
        "I take it back. I tell you when that is done."
    ]
    noor.hears()
    goes_out(world, minutes=0)
    assert len(has.screen()) == before - 1
    goes_out(world, minutes=60 * 5)
    assert hears(waits) == []
    summaries = [text for text in hears(noor) if "is taken back." in text]
    assert len(summaries) == 1
    assert "It is for 1 person.\nTaken back: 1" in summaries[0]
    assert sends(noor, "withdraw_announcement", announcement) == [
        "“Summer is coming!” was taken back already."
    ]
    assert sends(noor, "correct_announcement", announcement) == [
        "“Summer is coming!” was taken back already."
    ]


def test_after_two_days_a_line_stands_in_its_place(world, noor):
    [reader] = crowd(world, 1)
    world.run(people.change, reader.person.id, language="nl")
    announcement = planned(noor)
    goes_out(world)
    world.pass_time(days=3)
    sends(noor, "withdraw_announcement", announcement)
    noor.presses("Yes, take it back")
    goes_out(world, minutes=0)
    assert reader.last.text == "The sender has taken this message back."
    assert reader.last.labels == []


def test_under_a_picture_that_line_is_its_caption(world, noor):
    photo = {"kind": "photo", "file": "photo-7", "name": "garden.jpg"}
    crowd(world, 1)
    announcement = planned(noor, content(attachment=photo))
    goes_out(world)
    world.pass_time(days=3)
    sends(noor, "withdraw_announcement", announcement)
    noor.presses("Yes, take it back")
    back = runs(world, announcement)[1]
    kept = {row["key"]: load(row["content"]) for row in rows(world, "templates")}
    line = kept[f"announcement:{back.id}:en"]
    assert line.attachment == Attachment("photo", "garden.jpg", file="photo-7")
    assert line.text == "The sender has taken this message back."


def test_nothing_is_changed_before_it_was_sent(world, noor):
    announcement = planned(noor)
    for flow in ("correct_announcement", "withdraw_announcement"):
        assert sends(noor, flow, announcement) == ["Nobody has it yet, so you can still change it."]


def test_two_who_withdraw_together_do_it_once(world, noor, bram):
    crowd(world, 1)
    announcement = planned(noor)
    goes_out(world)
    for phone in (noor, bram):
        sends(phone, "withdraw_announcement", announcement)
    noor.presses("Yes, take it back")
    assert bare(bram.presses("Yes, take it back")) == [
        "“Summer is coming!” was taken back already."
    ]
    assert [one.kind for one in runs(world, announcement)] == ["send", "withdraw"]


def test_who_wrote_it_hears_that_a_colleague_took_it_back(world, noor, bram):
    crowd(world, 1)
    announcement = planned(noor)
    goes_out(world)
    sends(bram, "withdraw_announcement", announcement)
    bram.presses("Yes, take it back")
    noor.hears()
    goes_out(world, minutes=0)
    for phone in (noor, bram):
        assert len([text for text in hears(phone) if "is taken back." in text]) == 1


def test_a_copy_is_a_draft_of_whoever_made_it(world, noor, bram):
    crowd(world, 1)
    announcement = planned(noor)
    goes_out(world)
    sends(bram, "copy_announcement", announcement)
    made = max(row["id"] for row in rows(world, "announcements"))
    assert made != announcement
    assert (found(world, made).made_by, state(world, made)) == (bram.person.id, "draft")


def test_a_copy_says_what_was_corrected_last(world, noor):
    crowd(world, 1)
    say(noor, "/announce", "News", "Everybody", "Summer is coming!", "done", "skip", "1")
    goes_out(world)
    (announcement,) = [row["id"] for row in rows(world, "announcements")]
    sends(noor, "correct_announcement", announcement)
    noor.types("Autumn is coming!")
    noor.presses("Yes, correct it")
    said = sends(noor, "copy_announcement", announcement)
    assert said[1].startswith("Autumn is coming!\n")
    assert "Text in English: Autumn is coming!\n" in said[2]


def test_people_of_a_meeting_get_what_is_about_it_without_any_consent(world, noor):
    meeting = plan(world)
    comes, other = wants_news(world, "comes"), wants_news(world, "other")
    agrees(comes, given=False)
    world.run(rsvps.claim, meeting.id, Party(comes.person.id, 1), world.now)
    audience = {"only": [["meeting", f"{meeting.id}:yes"]], "but": []}
    planned(noor, purpose="service", meeting=meeting.id, audience=audience)
    goes_out(world)
    assert LETTER in hears(comes)
    assert LETTER not in hears(other)
