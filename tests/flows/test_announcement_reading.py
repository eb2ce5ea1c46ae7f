"""What somebody can do with an announcement that they got."""

from typing import Any

import pytest

from bot.dialogue.messages import units
from storage import news, people, settings, surveys, taps
from storage.people import Purpose
from storage.surveys import Kind, Question, SurveyFacts
from tests.flows.meeting_house import bare
from tests.flows.news_house import (
    agrees,
    coordinator,
    goes_weekly,
    member,
    news_world,
    said_in,
    tells,
    visitor,
    writes,
)
from tests.flows.running_house import plan
from tests.flows.whole import rows
from tests.phone import Phone, World

HOSTILE = "<b>Räuber</b> & \u202e\u200b\u2066 =1+1 👩‍👩‍👧 "


@pytest.fixture
def world() -> Any:
    """Monday 1 March 2027, noon."""
    return news_world()


@pytest.fixture
def cora(world: World) -> Phone:
    return coordinator(world)


@pytest.fixture
def noor(world: World) -> Phone:
    return member(world)


def with_button(kind: str, value: Any) -> dict[str, Any]:
    return {"buttons": [{"kind": kind, "label": {"en": "See it"}, "value": value}]}


def a_survey(world: World) -> int:
    text = {"nl": "Leren in de buurt", "en": "Learning"}
    asked = [Question("one", Kind.OPEN, {"nl": "Wat?", "en": "What?"}, {})]
    facts = SurveyFacts("learning", text, text, text, None, None, asked)
    number: int = world.run(surveys.put, facts, world.now)
    return number


def wants(phone: Phone, purpose: Purpose = Purpose.NEWS) -> bool:
    return bool(phone.world.run(people.agrees, phone.person.id, purpose))


# A button.


def test_a_button_leads_to_the_meeting_and_counts_each_person_once(
    world: World, cora: Phone, noor: Phone
) -> None:
    walk = plan(world)
    number = tells(world, cora, content=with_button("meeting", walk.id))
    marja = visitor(world)
    for phone in (noor, noor, marja):
        assert "<b>A walk</b>" in bare(phone.sends(f"f:tap:{number}:0"))[0]
    assert world.run(taps.counts, number) == {0: 2}


def test_a_button_starts_the_survey(world: World, cora: Phone, noor: Phone) -> None:
    number = tells(world, cora, content=with_button("survey", a_survey(world)))
    agrees(world, noor, "survey")
    assert "What?" in "\n".join(noor.sends(f"f:tap:{number}:0"))
    assert world.run(taps.counts, number) == {0: 1}


@pytest.mark.parametrize(
    ("kind", "said"),
    [("meeting", "That meeting is not there any more."),
     ("survey", "That survey is not there any more.")],
)  # fmt: skip
def test_what_is_not_there_any_more_is_told_kindly(
    world: World, cora: Phone, noor: Phone, kind: str, said: str
) -> None:
    number = tells(world, cora, content=with_button(kind, 77))
    assert noor.sends(f"f:tap:{number}:0")[0].startswith(said)


def test_a_look_of_who_made_it_counts_for_nothing(world: World, cora: Phone) -> None:
    number = tells(world, cora, content=with_button("meeting", plan(world).id))
    assert "<b>A walk</b>" in bare(cora.sends(f"f:tap:{number}:0"))[0]
    assert world.run(taps.counts, number) == {}


def test_a_button_leads_nowhere_before_its_message_went(
    world: World, cora: Phone, noor: Phone
) -> None:
    number = writes(world, cora, content=with_button("meeting", plan(world).id))
    for phone in (noor, cora):
        assert phone.sends(f"f:tap:{number}:0")[0] == "That button does not work any more."
    assert rows(world, "taps") == []


def test_a_button_that_never_was_leads_nowhere(world: World, cora: Phone, noor: Phone) -> None:
    number = tells(world, cora)
    for data in (f"f:tap:{number}:0", "f:tap:99:0"):
        assert noor.sends(data)[0] == "That button does not work any more."
    assert rows(world, "taps") == []


# Why it came.


def test_why_it_came_says_who_sent_it_to_whom_when_and_since_when_one_agreed(
    world: World, cora: Phone, noor: Phone
) -> None:
    audience = {"only": [["municipality", "GM0344"]], "but": []}
    number = tells(world, cora, to=[noor], is_news=False, audience=audience)
    (said,) = bare(noor.sends(f"f:why_announcement:{number}"))
    assert said == (
        "Cora of Bewonersplatform sent this on Monday 1 March, 12:00. "
        "It went to: everybody who lives in Utrecht.\n\n"
        "You got it because you said, on Monday 1 March 2027, that I may send you invitations and "
        "news. You get at most three messages a week, and none at night.\n\n"
        "Telegram tells nobody whether you have read it."
    )
    assert noor.last.labels == [
        "No more news", "Only some topics", "Rather once a week", "Nothing for 4 weeks",
        "Nothing at all any more", "Ask a human",
    ]  # fmt: skip


def test_less_is_one_tap_away(world: World, cora: Phone, noor: Phone) -> None:
    number = tells(world, cora, to=[noor])
    noor.sends(f"f:why_announcement:{number}")
    assert "How: once a week, on Friday" in bare(noor.presses("Rather once a week"))[0]
    noor.sends(f"f:why_announcement:{number}")
    assert "Rather once a week" not in noor.last.labels
    assert noor.presses("Nothing for 4 weeks")[0].startswith("Good. Until Monday 29 March 2027")


def test_nothing_is_offered_to_be_ended_that_does_not_come_any_more(
    world: World, cora: Phone, noor: Phone
) -> None:
    number = tells(world, cora, to=[noor])
    noor.sends("f:stop_announcements:news")
    noor.sends(f"f:why_announcement:{number}")
    assert noor.last.labels == ["Change what I get", "Ask a human"]
    agrees(world, noor, "survey")
    noor.sends(f"f:why_announcement:{number}")
    assert noor.last.labels == ["Nothing for 4 weeks", "Nothing at all any more", "Ask a human"]


def test_who_chose_no_topic_is_told_that_all_of_them_come(
    world: World, cora: Phone, noor: Phone
) -> None:
    audience = {"only": [["follows", "topic:green"]], "but": []}
    number = tells(world, cora, to=[noor], audience=audience)
    (said,) = bare(noor.sends(f"f:why_announcement:{number}"))
    assert "It went to: everybody who follows Green and play." in said
    assert "You have not chosen any topics, so you get the news about all of them." in said
    world.run(news.follow, noor.person.id, "topic", ["green"])
    assert "not chosen" not in noor.sends(f"f:why_announcement:{number}")[0]
    noor.presses("Only some topics")
    assert noor.last.text == "What do you want to get news about?"


def test_a_sender_who_was_forgotten_is_the_platform(world: World, cora: Phone, noor: Phone) -> None:
    number = tells(world, cora, to=[noor])
    cora.types("/forget")
    cora.presses("Yes, erase everything")
    cora.presses("Yes, erase it for good")
    (said,) = bare(noor.sends(f"f:why_announcement:{number}"))
    assert said.startswith("Bewonersplatform sent this on Monday 1 March")


def test_why_is_not_told_to_those_who_did_not_get_it(world: World, cora: Phone) -> None:
    number = tells(world, cora, is_news=False)
    marja = visitor(world)
    for data in (f"f:why_announcement:{number}", "f:why_announcement:99"):
        assert marja.sends(data)[0].startswith("I do not know any more to whom that message went")


def test_a_service_says_about_which_meeting_it_is(world: World, cora: Phone, noor: Phone) -> None:
    walk = plan(world)
    audience = {"only": [["meeting", f"{walk.id}:yes"]], "but": []}
    number = tells(world, cora, purpose="service", is_news=False, to=[noor], audience=audience)
    (said,) = noor.sends(f"f:why_announcement:{number}")
    assert "because it is about a meeting that you signed up for" in said
    assert noor.last.labels == ["See the meeting", "Ask a human"]
    assert "<b>A walk</b>" in bare(noor.presses("See the meeting"))[0]
    assert "Sign off if you do not come" in noor.sends("f:stop_announcements:service")[0]
    assert wants(noor)


def test_a_survey_is_stopped_apart_from_news(world: World, cora: Phone, noor: Phone) -> None:
    agrees(world, noor, "survey")
    number = tells(world, cora, purpose="survey", to=[noor])
    (said,) = noor.sends(f"f:why_announcement:{number}")
    assert "that I may ask you what is going on" in said
    assert noor.presses("No more surveys")[0].startswith("Good. I do not ask you")
    assert wants(noor)
    assert not wants(noor, Purpose.SURVEY)


# Stopping it, and the way back.


def test_stopping_counts_at_once_and_twice_is_no_harm(world: World, noor: Phone) -> None:
    (said,) = noor.sends("f:stop_announcements:news")
    assert said == (
        "Good. You get no more news and no more invitations. "
        "What you sign up for goes on as always: reminders, changes and answers to you."
    )
    assert not wants(noor)
    noor.sends("f:stop_announcements:news")
    stopped = [row for row in rows(world, "consents") if not row["given"]]
    assert [(row["way"], row["text_version"]) for row in stopped] == [("announcement", "news-1")]


def test_nothing_at_all_takes_back_every_permission_for_messages(world: World, noor: Phone) -> None:
    agrees(world, noor, "survey")
    assert "no surveys any more" in noor.sends("f:stop_announcements:all")[0]
    assert not wants(noor)
    assert not wants(noor, Purpose.SURVEY)


def test_undoing_asks_again_and_keeps_what_was_chosen(world: World, noor: Phone) -> None:
    goes_weekly(world, noor)
    world.run(news.follow, noor.person.id, "topic", ["green"])
    noor.sends("f:stop_announcements:news")
    assert noor.presses("Undo that") == [
        "May I send you invitations and news? At most three messages a week."
    ]
    assert not wants(noor)
    assert noor.presses("Yes")[0].startswith("Good. From now on I send you that")
    assert wants(noor)
    assert "About: Green and play" in bare(noor.presses("Change what I get"))[0]


def test_a_no_to_undoing_leaves_it_stopped(world: World, noor: Phone) -> None:
    noor.sends("f:stop_announcements:all")
    noor.presses("Undo that")
    noor.presses("No")
    assert noor.presses("No")[0] == "Fine. I send you nothing of that."
    assert not wants(noor)
    assert len([row for row in rows(world, "consents") if not row["given"]]) == 1


# Answering it.


def test_a_reply_reaches_a_human_who_sees_what_it_is_about(
    world: World, cora: Phone, noor: Phone
) -> None:
    number = tells(world, cora, "The garden opens.\nCome and see.", to=[noor])
    noor.sends(f"f:news_item:{number}")
    (said,) = noor.types("Stop that!", reply_to=noor.last)
    assert said.startswith("I have passed on your question.")
    world.tick()
    asked = "Noor from Utrecht asks:\nAbout the message “The garden opens.”:\nStop that!"
    assert [text for text in bare(cora.hears()) if text.startswith(asked)]


def test_what_a_reply_is_about_is_told_in_the_language_of_those_who_answer(
    world: World, cora: Phone, noor: Phone
) -> None:
    world.run(settings.put, "platform", {"languages": ["nl", "en"]})
    texts = said_in(en="The garden opens.", nl="De tuin gaat open.")
    number = tells(world, cora, content={"texts": texts}, to=[noor])
    noor.sends(f"f:news_item:{number}")
    noor.types("When?", reply_to=noor.last)
    [question] = rows(world, "questions")
    assert "De tuin gaat open." in question["text"]


@pytest.mark.parametrize("word", ["stop", "STOP!", "Stoppen"])
def test_a_reply_that_says_stop_stops_it(world: World, cora: Phone, noor: Phone, word: str) -> None:
    number = tells(world, cora, to=[noor])
    noor.sends(f"f:news_item:{number}")
    assert noor.types(word, reply_to=noor.last)[0].startswith("Good. You get no more news")
    assert not wants(noor)
    assert rows(world, "questions") == []


def test_stop_without_a_reply_leads_to_what_one_gets(world: World, noor: Phone) -> None:
    assert noor.types("stop")[0].startswith("There is nothing to stop.")
    assert "This is what I send you" in noor.presses("I want fewer messages")[0]
    assert wants(noor)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_hostile_and_long_texts_stay_within_the_limits(
    world: World, cora: Phone, noor: Phone, language: str
) -> None:
    world.run(people.change, noor.person.id, language=language)
    world.run(people.change, cora.person.id, name=(HOSTILE * 9)[:60])
    number = tells(world, cora, to=[noor], content={"texts": said_in(en=(HOSTILE * 300)[:4096])})
    for data in (f"f:why_announcement:{number}", f"f:news_item:{number}"):
        assert all(units(text) <= 4096 for text in noor.sends(data))
    assert noor.types("What?", reply_to=noor.last)
    world.tick()
    assert all(units(text) <= 4096 for text in cora.hears())
