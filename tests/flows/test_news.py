"""Reading the news, with or without being a member, and choosing what comes by itself."""

from typing import Any

import pytest

from bot.dialogue.messages import units
from storage import news, people
from storage.news import EVERYWHERE, Follows
from storage.people import Purpose
from tests.flows.meeting_house import bare
from tests.flows.news_house import (
    UTRECHT,
    ZEIST,
    coordinator,
    goes_weekly,
    member,
    news_world,
    said_in,
    tells,
    visitor,
    writes,
)
from tests.flows.whole import rows
from tests.phone import Phone, World

HOSTILE = "<b>Räuber</b> & \u202e\u200b\u2066 =1+1 👩‍👩‍👧 "
CONSENT = "May I send you invitations and news? At most three messages a week."


@pytest.fixture
def world() -> Any:
    """Monday 1 March 2027, noon."""
    return news_world()


@pytest.fixture
def cora(world: World) -> Phone:
    return coordinator(world)


def wants(phone: Phone) -> bool:
    return bool(phone.world.run(people.agrees, phone.person.id, Purpose.NEWS))


def follows(phone: Phone) -> Any:
    return phone.world.run(news.followed, phone.person.id)


def digest(phone: Phone) -> Any:
    (row,) = [row for row in rows(phone.world, "people") if row["id"] == phone.person.id]
    return row["digest"]


# Reading.


def test_somebody_new_reads_who_this_is_and_the_news(world: World, cora: Phone) -> None:
    tells(world, cora, "The garden opens.\nCome and see.")
    marja = world.phone("marja")
    (said,) = bare(marja.types("/start news"))
    assert said.startswith("Hello! I am the chatbot of Bewonersplatform.")
    assert "The latest news:\n1. The garden opens. (Monday 1 March 2027)\n" in said
    assert said.endswith("You need not be a member.")
    assert bare(marja.last.labels) == ["1. The garden opens.", "Keep me informed", "Go to the menu"]


def test_an_item_opens_whole_with_its_picture_and_buttons(world: World, cora: Phone) -> None:
    content = {
        "attachment": {"kind": "photo", "file": "p1", "name": "garden.jpg"},
        "buttons": [{"kind": "link", "label": {"en": "Read"}, "value": "https://example.org"},
                    {"kind": "meeting", "label": {"en": "See it"}, "value": 7}],
    }  # fmt: skip
    number = tells(world, cora, "The garden opens.\nCome and see.", content=content)
    marja = visitor(world)
    marja.types("news")
    (said,) = bare(marja.types("1"))
    assert said == "The garden opens.\nCome and see.\n\nCora of Bewonersplatform sends you this."
    assert marja.last.labels == ["Read", "See it", "See the news", "Keep me informed"]
    assert [b.data for b in marja.last.buttons][1] == f"f:tap:{number}:1"
    message = marja.last.message
    assert message is not None
    assert message.attachment is not None
    assert (message.attachment.kind, message.attachment.file) == ("photo", "p1")


def test_an_item_is_read_in_ones_own_language(world: World, cora: Phone) -> None:
    texts = {"texts": said_in(nl="De tuin gaat open.", en="The garden opens.")}
    number = tells(world, cora, content=texts)
    jan = world.phone("jan", language="nl")
    jan.sends("f:news")
    assert "De tuin gaat open." in jan.last.text
    assert jan.sends(f"f:news_item:{number}")[0].startswith("De tuin gaat open.")
    eve = world.phone("eve")
    eve.sends("f:news")
    assert "The garden opens." in eve.last.text


def test_older_news_is_a_press_away(world: World, cora: Phone) -> None:
    for n in range(7):
        tells(world, cora, f"Item {n}")
    marja = visitor(world)
    (said,) = bare(marja.types("/news"))
    assert "1. Item 6 (" in said
    assert "5. Item 2 (" in said
    assert "6." not in said
    (said,) = bare(marja.presses("Older news"))
    assert said.startswith("Older news:\n6. Item 1 (")
    assert "Older news" not in marja.last.labels
    assert marja.sends("f:news:50")[0].startswith("There is no older news.")


def test_what_is_not_for_everybody_is_for_those_who_got_it(world: World, cora: Phone) -> None:
    noor, marja = member(world), visitor(world)
    number = tells(world, cora, "Only for you.", is_news=False, to=[noor])
    assert "There is no news here yet." in marja.types("/news")[0]
    assert marja.sends(f"f:news_item:{number}")[0].startswith("I do not have that message")
    assert noor.sends(f"f:news_item:{number}")[0].startswith("Only for you.")
    assert marja.sends("f:news_item:99")[0].startswith("I do not have that message")


def test_what_is_only_planned_is_not_news_yet(world: World, cora: Phone) -> None:
    number = writes(world, cora)
    marja = visitor(world)
    assert marja.sends(f"f:news_item:{number}")[0].startswith("I do not have that message")


# Signing up.


def test_somebody_who_never_joined_is_kept_informed_in_under_a_minute(world: World) -> None:
    marja = visitor(world)
    assert marja.types("keep me informed") == [CONSENT]
    marja.presses("Yes")
    marja.presses("Everything")
    marja.presses("From the whole country")
    (said,) = bare(marja.presses("Once a week, on Friday"))
    assert said == (
        "This is what you get:\n\nAbout: everything\nFrom: the whole country\n"
        "How: once a week, on Friday\n\nIs this right?"
    )
    assert not wants(marja)
    (said,) = marja.presses("Yes, this is right")
    assert said.startswith("Done. Every Friday at ten I send you the news of the week")
    assert marja.last.labels == ["Change what I get", "Stop the news", "See the news"]
    assert wants(marja)
    assert digest(marja)
    assert follows(marja) == Follows((), (EVERYWHERE,))
    assert not marja.person.is_member


def test_what_was_agreed_to_is_kept_with_its_words_language_time_and_way(world: World) -> None:
    marja = visitor(world)
    for step in ("follow", "yes", "everything", "from the whole country", "1", "yes"):
        marja.types(step)
    (row,) = rows(world, "consents")
    assert row["purpose"] == "news"
    assert (row["text_version"], row["language"], row["way"]) == ("news-1", "en", "news")
    assert (row["given"], row["at"]) == (True, world.now)


def test_a_no_keeps_nothing(world: World) -> None:
    marja = visitor(world)
    marja.sends("f:follow")
    assert marja.presses("No") == ["Fine. I send you nothing. You can always read the news here."]
    assert rows(world, "consents") == []
    assert rows(world, "follows") == []


def test_several_topics_and_municipalities_can_be_chosen(world: World) -> None:
    marja = visitor(world)
    for step in ("follow", "yes", "I choose topics", "green, energy",
                 "I choose municipalities", "zeist"):  # fmt: skip
        marja.types(step)
    assert marja.last.text == "Zeist. Do you want another municipality too?"
    marja.presses("Another one")
    assert marja.types("utrecht") == ["Zeist and Utrecht. Do you want another municipality too?"]
    marja.presses("That is all")
    marja.presses("Each message when it comes")
    marja.types("yes")
    assert follows(marja) == Follows(("energy", "green"), (UTRECHT, ZEIST))
    assert not digest(marja)


@pytest.mark.parametrize("begins", ["f:follow", "f:follow:topics"])
def test_who_stops_while_changing_the_news_is_not_asked_to_want_it(
    world: World, begins: str
) -> None:
    noor = member(world)
    noor.sends(begins)
    said = noor.sends("f:stop_announcements:news")
    assert said[-1] == "You get no news from me now."
    assert CONSENT not in said
    assert noor.last.labels == ["Do keep me informed"]
    assert noor.presses("Do keep me informed") == [CONSENT]
    assert not wants(noor)


def test_any_answer_can_be_changed_before_it_counts(world: World) -> None:
    marja = visitor(world)
    for step in ("follow", "yes", "everything", "from the whole country", "1"):
        marja.types(step)
    marja.presses("Change something")
    marja.presses("From")
    marja.presses("I choose municipalities")
    marja.types("zeist")
    (said,) = bare(marja.presses("That is all"))
    assert "From: Zeist\n" in said
    marja.presses("Yes, this is right")
    assert follows(marja) == Follows((), (ZEIST,))


def test_a_member_is_offered_their_own_municipality_and_what_matters_first(world: World) -> None:
    noor = member(world, wants=False)
    world.run(people.set_themes, noor.person.id, ["green"])
    noor.sends("f:follow")
    (said,) = noor.presses("Yes")
    assert said.endswith("This matters to you: Green and play.")
    assert noor.last.labels[0] == "What matters to me"
    noor.presses("What matters to me")
    assert noor.last.labels[0] == "From Utrecht"
    noor.presses("From Utrecht")
    noor.presses("Each message")
    noor.types("yes")
    assert follows(noor) == Follows(("green",), ())


def test_signing_up_ends_a_pause(world: World) -> None:
    noor = member(world, wants=False)
    noor.sends("f:pause_invitations:4")
    for step in ("follow", "yes", "everything", "from utrecht", "1", "yes"):
        noor.types(step)
    (row,) = [row for row in rows(world, "people") if row["id"] == noor.person.id]
    assert row["paused_until"] is None


# Changing it, and stopping.


def test_one_thing_is_changed_at_a_time(world: World) -> None:
    noor = member(world)
    assert "You are kept informed" in noor.types("/news")[0]
    (said,) = bare(noor.presses("Change what I get"))
    assert said == (
        "This is the news you get:\n\nAbout: everything\nFrom: Utrecht\n"
        "How: each message when it comes\n\nWhat do you want to change?"
    )
    noor.presses("About what")
    noor.presses("I choose topics")
    (said,) = bare(noor.types("green"))
    assert "About: Green and play\nFrom: Utrecht" in said
    noor.presses("Change what I get")
    assert "How: once a week, on Friday" in bare(noor.presses("Once a week, on Friday"))[0]
    assert digest(noor)
    noor.presses("Change what I get")
    noor.presses("From where")
    noor.presses("From the whole country")
    assert follows(noor) == Follows(("green",), (EVERYWHERE,))


def test_all_topics_ticked_is_everything(world: World) -> None:
    noor = member(world)
    noor.sends("f:follow:topics")
    noor.presses("I choose topics")
    for label in [label for label in noor.last.labels if label.startswith("☐")]:
        noor.presses(label)
    noor.types("done")
    assert follows(noor) == Follows()


@pytest.mark.parametrize("way", ["/news", "f:follow"])
def test_stopping_is_one_tap_and_can_be_undone(world: World, way: str) -> None:
    noor = goes_weekly(world, member(world))
    world.run(news.follow, noor.person.id, "topic", ["green"])
    if way.startswith("/"):
        noor.types(way)
    else:
        noor.sends(way)
    (said,) = noor.presses("Stop the news")
    assert said.startswith("Good. I send you no more news and no invitations.")
    assert not wants(noor)
    assert not digest(noor)
    assert follows(noor) == Follows()
    before = len(rows(world, "consents"))
    assert noor.sends("f:unfollow_all")[0].startswith("Good.")
    assert len(rows(world, "consents")) == before
    assert noor.presses("Do keep me informed") == [CONSENT]


def test_a_strange_button_asks_what_to_change(world: World) -> None:
    noor = member(world)
    assert noor.sends("f:follow:everything")[0].endswith("What do you want to change?")


# For coordinators.


def test_a_coordinator_sees_who_follows_what_from_five_on(world: World, cora: Phone) -> None:
    crowd = [member(world, f"person{n}") for n in range(6)]
    for phone in crowd:
        world.run(news.follow, phone.person.id, "topic", ["green"])
    for phone in crowd[:4]:
        world.run(news.follow, phone.person.id, "place", [ZEIST])
    for phone in crowd[:5]:
        world.run(news.follow, phone.person.id, "topic", ["green", "energy"])
    cora.types("/news")
    (said,) = cora.presses("Who follows what")
    assert said == (
        "6 people get news.\n\n"
        "Chosen topics:\nGreen and play: 6\nEnergy: 5\n\n"
        "Chosen places:\nZeist: fewer than 5\n\n"
        "People who chose no topic get news about everything."
    )


def test_others_do_not_see_who_follows_what(world: World) -> None:
    noor = member(world)
    noor.types("/news")
    assert "Who follows what" not in noor.last.labels
    assert "Chosen topics" not in noor.sends("f:followers")[0]


# Anything may stand in it.


@pytest.mark.parametrize("language", ["en", "nl"])
def test_hostile_and_long_texts_stay_within_the_limits(
    world: World, cora: Phone, language: str
) -> None:
    long = (HOSTILE * 300)[:4096]
    rich = {"texts": {"nl": {"text": f"<b>{'&lt;' * 900}</b>\n\nmore", "rich": True}}}
    for content in ({"texts": said_in(nl=long)}, rich, {"texts": said_in(nl="\n \n")}):
        for _n in range(2):
            tells(world, cora, content=content)
    marja = world.phone("marja", language=language)
    for data in ("f:news", "f:news:5", *(f"f:news_item:{n}" for n in range(1, 7))):
        for text in marja.sends(data):
            assert units(text) <= 4096
        assert all(units(label) <= 60 for label in marja.last.labels)
