"""A coordinator writes to many: every question, a look at it, the count, and only then a yes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.dialogue.messages import Kind as Shares
from bot.dialogue.messages import Rich, Span
from storage import announcements, audience, people, planning, rsvps, tables
from storage.announcements import State
from storage.people import Purpose
from storage.rsvps import Party
from tests.flows.announce_house import (
    ADD,
    SHORTEST,
    UTRECHT,
    WHEN,
    ZWOLLE,
    make_world,
    plan,
    put_survey,
    readers,
    say,
    the_only,
    writer,
)
from tests.flows.meeting_house import bare
from tests.flows.whole import rows

SUMMARY = (
    "What: News\nTo: everybody\nWhen: now\nText in Dutch: Zaterdag is de tuin open.\n"
    "Text in English: none, they get it in Dutch\nPicture, file or voice: none\nButtons: none\n"
    "Under News: yes, everybody can read it there\nAbout: everything\n"
    "Municipality: the whole country\nFor people who join later: no\n\n"
    "People: 4\nDo not want it: 2\nGet it: 2\n\n"
    "Shall I send it? People who have to wait get it later."
)

FILE = (ADD, "picture file or voice")
ONE_MORE = ("/announce", "!Write a new one", *SHORTEST[1:])


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def phone(world):
    readers(world, 2)
    readers(world, 1, news=False)
    return writer(world)


# The shortest way.


def test_the_shortest_way_from_a_word_to_a_plan(world, phone):
    shown = say(phone, *SHORTEST)
    assert (shown[0], shown[2]) == ("This is how people get it:", SUMMARY)
    assert shown[1].startswith("Zaterdag is de tuin open.\n\nFatima ")
    assert the_only(world).state == State.DRAFT
    assert the_only(world).content is None, "nothing can go out yet"
    assert say(phone, "1") == ["It goes out in a minute. Until then you can undo it."]
    assert phone.last.labels == ["Undo it", "See how it goes"]
    one = the_only(world)
    assert (one.state, one.due) == (State.PLANNED, world.now + timedelta(seconds=60))
    assert (one.purpose, one.is_news, one.paid) == ("news", True, False)
    assert one.content["texts"] == {"nl": {"text": "Zaterdag is de tuin open.", "rich": False}}
    assert one.audience == {"only": [], "but": []}


def test_the_preview_is_what_people_get(world, phone):
    say(phone, *SHORTEST)
    [preview] = [one for one in phone.screen() if one.text.startswith("Zaterdag is")]
    assert preview.labels[0] == "Waarom krijg ik dit?"
    assert [b.data.split(":")[1] for b in preview.buttons] == [
        "why_announcement",
        "stop_announcements",
    ]


# To whom.


def test_who_it_is_for_is_counted_after_each_step(world, phone):
    readers(world, 3, municipality=ZWOLLE, part="resident")
    said = say(phone, "/announce", "News", "People in a municipality", "zwolle")
    assert said[0] == "You can see by name who gets it."
    assert said[1].endswith("People: 3\nGet it: 3\n\nIs that right?")
    said = say(phone, "only some", "another municipality too", "Utrecht")
    assert said[1].endswith("People: 6\nDo not want it: 1\nGet it: 5\n\nIs that right?")
    said = say(phone, "only some", "people by who they are", "I live in the neighbourhood")
    assert said[1].endswith("People: 3\nGet it: 3\n\nIs that right?")
    said = say(phone, "leave some out", "People in a municipality", "Zwolle")
    assert said[0].endswith("People: 0\nGet it: 0\n\nI know nobody like that. What shall I do?")
    assert "Yes, go on" not in phone.last.labels
    assert say(phone, "choose again") == ["Who shall get it?"]
    assert "People: 7\nDo not want it: 2\nGet it: 5" in say(phone, "Everybody")[0]


def test_the_audience_is_kept_as_it_was_chosen(world, phone):
    readers(world, 2, neighbourhood="Lombok", part="resident")
    steps = ("People in a neighbourhood", "utrecht", "lombok", "leave some out", "coordinators",
             "Coordinators", "yes")  # fmt: skip
    say(phone, "/announce", "News", *steps, "Zaterdag is de tuin open.", "1")
    assert the_only(world).audience == {
        "only": [["neighbourhood", "GM0344:Lombok"]],
        "but": [["role", "coordinator"]],
    }
    assert the_only(world).content["municipality"] == UTRECHT
    assert not the_only(world).is_news, "what is for some is not shown to all"


def test_a_neighbourhood_that_nobody_named_is_asked_otherwise(world, phone):
    say(phone, "/announce", "News", "People in a neighbourhood")
    assert say(phone, "Zwolle") == [
        "Nobody in Zwolle told me the name of their neighbourhood.\n\nWho shall get it?"
    ]


def test_a_look_at_the_list_is_noted_and_asks_on(world, phone):
    readers(world, 12)
    say(phone, "/announce", "News", "Everybody")
    said = say(phone, "!Look at the list")
    assert said[0].startswith("These people get it, as it is now:\n\nReader ")
    assert said[0].count(", Utrecht") == 10
    assert said[1].startswith("What do you want to say")
    assert say(phone, "!Show more")[0].count(", Utrecht") == 4
    say(phone, "!The list as a file")
    sheet = phone.receives().decode("utf-8-sig").splitlines()
    assert sheet[0] == "Name;Municipality;Language"
    assert len(sheet) == 1 + 14
    actions = [row["action"] for row in rows(world, "audit")]
    assert actions == ["announcement.audience"] * 2 + ["announcement.audience_file"]


def test_a_look_for_few_among_many_goes_on_and_says_so(world, phone):
    say(phone, "/announce", "News", "People by their language", "English", "done")
    row = {"state": "member", "role": "none", "wants_news": True, "language": "en"}
    far = {"id": audience.LOOKED_AT + 100, "chat": "telegram:far", "name": "Far"}
    times = {"first_seen": world.now, "last_seen": world.now}
    far_away = insert(tables.people).values(**row, **far, **times)
    world.run(lambda tx: tx.execute(far_away).rowcount)
    assert bare(phone.sends(f"f:audience_list:{the_only(world).id}"))[0] == (
        "I have found nobody yet. There are more people to look through."
    )
    assert say(phone, "!Show more")[0] == "These people get it, as it is now:\n\nFar"


def test_the_people_of_a_meeting_get_it_without_asking_for_consent(world, phone):
    walk = plan(world)
    comer = world.run(people.arrive, "telegram:bram", "nl", world.now)
    world.run(rsvps.claim, walk.id, Party(comer.id, 1, "Bram"), world.now)
    say(phone, "/announce", "something for the people of a meeting")
    assert phone.last.labels[0] == "\u2068A walk\u2069, Wednesday 10 March, 19:30"
    assert say(phone, "1") == ["Which of its people?"]
    shown = say(phone, "those who come", "Neem laarzen mee.")
    asked = "Shall I send it? People who have to wait get it later."
    assert shown[-1].endswith(f"People: 1\nGet it: 1\n\n{asked}")
    say(phone, "1")
    one = the_only(world)
    assert (one.purpose, one.meeting, one.minutes) == ("service", walk.id, None)
    assert one.audience == {"only": [["meeting", f"{walk.id}:yes"]], "but": []}
    assert one.useful_until == walk.ends
    assert [b["kind"] for b in one.content["buttons"]] == ["meeting"]


def test_an_invitation_to_a_survey_goes_to_who_has_not_done_it(world, phone):
    number = put_survey(world)
    readers(world, 1, purpose=Purpose.SURVEY)
    say(phone, "/announce", "an invitation to a survey", "1", "Everybody", "Doe je mee?", ADD)
    say(phone, "buttons")
    assert phone.last.text == "There is a button to the survey under it. Another one?"
    say(phone, "no button", ADD, "for people who join later", "yes, for a week", "1")
    one = the_only(world)
    assert one.purpose == "survey"
    assert one.audience["only"] == [["unanswered", str(number)]]
    assert one.content["buttons"] == [
        {"kind": "survey", "label": {"nl": "Vul de vragenlijst in"}, "value": number}
    ]
    assert one.late_until == world.now + timedelta(days=7, seconds=60)


# What it says.


def test_formatting_files_and_buttons_are_kept(world, phone):
    walk = plan(world)
    say(phone, "/announce", "News", "Everybody")
    phone.types("Kom naar de tuin & neem <brood> mee", spans=[Span("bold", 12, 4)])
    say(phone, "Green and play", "utrecht", ADD, "text in english", "Come to the garden")
    say(phone, ADD, "picture file or voice")
    shown = bare(phone.shares(Shares.PHOTO, file="photo-1", caption="Mooi"))
    assert "Picture, file or voice: a picture, without the words under it\n" in shown[-1]
    assert say(phone, ADD, "buttons") == ["Shall I put a button under it?"]
    said = say(phone, "link", "http://example.org")
    assert said == ["That link is not safe: it must begin with https."]
    assert say(phone, "example.org/tuin")[0].startswith("What should the button say, in Dutch?")
    say(phone, "Lees verder", "Read on", "meeting", "1", "meeting", "1")
    previews = [one for one in phone.screen() if one.message and one.message.attachment][-2:]
    assert [one.message.attachment.file for one in previews] == ["photo-1", "photo-1"]
    assert isinstance(previews[0].message.text, Rich)
    assert previews[0].text.startswith("Kom naar de <b>tuin</b> &amp; neem &lt;brood&gt; mee\n\n")
    assert previews[1].labels[:3] == ["Read on", "See the meeting", "A walk"]
    assert previews[1].buttons[1].data == f"f:meeting:{walk.id}", "a look is not counted"
    say(phone, "1")
    one = the_only(world)
    assert one.content["texts"]["nl"]["rich"]
    assert one.content["attachment"] == {"kind": "photo", "file": "photo-1", "name": "photo.jpg"}
    assert one.content["buttons"][0] == {
        "kind": "link",
        "label": {"nl": "Lees verder", "en": "Read on"},
        "value": "https://example.org/tuin",
    }
    assert (one.is_news, one.content["topics"]) == (True, ["green"])
    assert one.audience["only"] == [["follows", "topic:green"], ["follows", f"place:{UTRECHT}"]]


def test_four_thousand_characters_in_bold_go_all_the_way(world, phone):
    text = "🌳" * 2048
    say(phone, *SHORTEST[:3])
    phone.types(text, spans=[Span("bold", 2 * n, 2) for n in range(2048)])
    say(phone, *SHORTEST[4:])
    [preview] = [one for one in phone.screen() if "🌳🌳🌳" in one.text and "<b>" in one.text]
    assert preview.text == f"<b>{text}</b>", "no room is left for who sent it"
    say(phone, "1")
    assert the_only(world).content["texts"]["nl"] == {"text": f"<b>{text}</b>", "rich": True}


@pytest.mark.parametrize("text", ["<b>x</b> & y", "\u202eabc", "=1+1", "\u2066x", "a" * 4096])
def test_hostile_texts_come_out_as_they_were_typed(world, phone, text):
    say(phone, *SHORTEST[:3], text, *SHORTEST[4:], ADD, "text in english", text, "1")
    stored = the_only(world).content["texts"]
    assert stored == {code: {"text": text, "rich": False} for code in ("nl", "en")}


def test_a_text_too_long_for_a_picture_is_shortened_or_goes_alone(world, phone):
    say(phone, *SHORTEST[:3], "a" * 1025, *SHORTEST[4:], ADD, "text in english", "b" * 1024)
    say(phone, *FILE)
    said = bare(phone.shares(Shares.PHOTO, file="photo-1"))
    assert said == [
        "Under a picture or a file at most 1,024 characters fit. Your text in Dutch has "
        "1,025. What shall I do?"
    ]
    said = say(phone, "I shorten the text")
    assert said[0].startswith("What do you want to say, in Dutch?")
    assert "Picture, file or voice: a picture" in say(phone, "a" * 1024)[-1]
    say(phone, ADD, "text in english", "b" * 1025)
    say(phone, "Send only the text", "1")
    assert the_only(world).content["attachment"] is None


def test_who_sends_a_picture_first_is_told_when_that_comes(world, phone):
    say(phone, *SHORTEST[:3])
    for kind in (Shares.PHOTO, Shares.VOICE, Shares.DOCUMENT):
        said = phone.shares(kind, file="x", name="x.pdf", caption="Zaterdag")
        assert said[0].startswith("First the words: type them. A picture or a file can be added")
    assert say(phone, "Zaterdag")[0].startswith("What is it about?")


def test_what_goes_with_it_can_be_a_voice_or_nothing_else(world, phone):
    say(phone, *SHORTEST, *FILE)
    assert phone.shares(Shares.STICKER) == ["Please send a photo, a file or a voice message."]
    shown = bare(phone.shares(Shares.VOICE, file="voice-1"))
    assert "Picture, file or voice: a voice message" in shown[-1]
    say(phone, "1")
    assert the_only(world).content["attachment"]["kind"] == "voice"


# When.


def test_at_night_it_is_said_that_it_goes_in_the_morning(world, phone):
    say(phone, *SHORTEST, *WHEN, "at a time")
    said = say(phone, "tomorrow 23:30")
    night = "That is at night, when I send nothing. It goes in the morning: {}, 09:00."
    assert said[0].startswith(night.format("Wednesday 3 March"))
    say(phone, "1")
    assert the_only(world).due == datetime.fromisoformat("2027-03-03T08:00+00:00")
    world.pass_time(hours=11)
    assert say(phone, *ONE_MORE)[0].startswith(night.format("Tuesday 2 March"))
    assert say(phone, "1", "yes")[-1].startswith("It goes out Tuesday 2 March, 09:00.")


def test_it_goes_so_long_before_a_meeting_and_moves_along(world, phone):
    walk = plan(world)
    say(phone, *SHORTEST, *WHEN, "before or after a meeting", "1")
    assert say(phone, "3 weeks before") == ["That moment is past already. Choose a later one."]
    assert say(phone, "soon") == [
        "I do not understand that. Type it like this: 2 days before.\nFor example: 2 days before"
        "\n\nHow long before or after its start?\nFor example: 2 days before. "
        "If the meeting is moved, this moves along."
    ]
    shown = say(phone, "two days before")
    assert "When: 2 days before, A walk: Monday 8 March, 19:30" in shown[-1]
    say(phone, "1")
    one = the_only(world)
    assert (one.due, one.meeting, one.minutes) == (None, walk.id, -2880)
    later = {"start": datetime.fromisoformat("2027-03-17T19:30")}
    world.run(planning.edit, walk.id, None, world.now, **later)
    due = world.run(announcements.due_of, one)
    assert due == datetime.fromisoformat("2027-03-15T18:30+00:00")


def test_what_the_night_would_hold_back_until_the_meeting_has_begun_is_asked_again(world, phone):
    early = datetime.fromisoformat("2027-03-10T09:00")
    plan(world, start=early, end=early + timedelta(hours=1))
    say(phone, *SHORTEST, *WHEN, "before or after a meeting", "1")
    assert say(phone, "2 hours before")[0].startswith(
        "That is at night, when I send nothing. By the morning the meeting has begun. "
        "Choose an earlier moment."
    )
    shown = say(phone, "13 hours before")
    assert "When: 13 hours before, A walk: Tuesday 9 March, 20:00" in shown[-1]


def test_something_urgent_about_a_meeting_may_go_at_night(world, phone):
    plan(world)
    world.pass_time(hours=11)
    say(
        phone,
        "/announce",
        "something for the people of a meeting",
        "1",
        "those who come",
        "Pas op!",
    )
    assert phone.last.text == "That is at night. When shall I send it?"
    assert phone.last.labels[0] == "In the morning, Tuesday 2 March, 09:00"


def test_nobody_is_invited_to_a_survey_that_has_closed_by_then(world, phone):
    put_survey(world)
    say(phone, "/announce", "an invitation to a survey", "1", "everybody", "Doe je mee?", *WHEN)
    say(phone, "at a time")
    assert say(phone, "1 april 12:00") == [
        "The survey closes Wednesday 31 March, 21:00. Choose an earlier moment."
        "\n\nWhen shall it go?"
    ]
    assert "When: Tuesday 30 March, 12:00" in say(phone, "at a time", "30 march 12:00")[-1]


def test_a_night_over_the_change_of_the_clocks_ends_at_nine(world, phone):
    say(phone, *SHORTEST, *WHEN, "at a time")
    said = say(phone, "28 march 03:30")
    assert "It goes in the morning: Sunday 28 March, 09:00." in said[0]
    say(phone, "1")
    assert the_only(world).due == datetime.fromisoformat("2027-03-28T07:00+00:00")
