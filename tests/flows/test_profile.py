import pytest

from bot.dialogue.language import catalogue
from storage import people, settings
from tests.flows.whole import joins, rows

CARD = [
    "Name: \u2068Noor\u2069",
    "Municipality: \u2068Utrecht\u2069",
    "Neighbourhood: \u2068not told\u2069",
    "Who you are here: \u2068I live in the neighbourhood\u2069",
    "What matters to you: \u2068not told\u2069",
    "E-mail: \u2068not told\u2069",
    "What you agreed to: \u2068Being a member\u2069",
    "Reminders: \u2068on\u2069",
]


@pytest.fixture
def phone(world):
    return joins(world.phone())


def changes(phone, *steps):
    phone.types("/profile")
    for step in steps:
        phone.types(step)
    return phone.last.text


def test_the_profile_shows_what_is_known_and_changes_one_thing(phone):
    assert phone.types("/profile") == ["\n".join([*CARD, "", "What do you want to change?"])]
    assert phone.presses("Name") == ["What do you want to be called?"]
    (said,) = phone.types("Noortje")
    assert said == "\n".join(["I have changed that.", "", "Name: \u2068Noortje\u2069", *CARD[1:]])
    assert phone.last.labels == ["Change something else", "Go to the menu"]
    assert phone.person.name == "Noortje"


def test_each_thing_can_be_changed(phone):
    changes(phone, "municipality", "nieuwegijn", "yes")
    changes(phone, "neighbourhood", "Fokkesteeg")
    changes(phone, "who you are here", "2", "De Buurttuin")
    changes(phone, "initiative", "De Moestuin")
    changes(phone, "what matters to you", "green and play, energy")
    changes(phone, "e-mail", "noor@example.org")
    noor = phone.person
    assert (noor.municipality, noor.neighbourhood) == ("GM0356", "Fokkesteeg")
    assert (noor.part, noor.initiative, noor.email) == ("active", "De Moestuin", "noor@example.org")
    assert phone.world.run(people.themes_of, noor.id) == ["energy", "green"]


def test_what_may_be_empty_is_removed_by_skipping(phone):
    changes(phone, "neighbourhood", "Fokkesteeg")
    changes(phone, "e-mail", "noor@example.org")
    changes(phone, "neighbourhood", "skip")
    changes(phone, "e-mail", "skip")
    assert (phone.person.neighbourhood, phone.person.email) == (None, None)


def test_an_initiative_goes_with_being_active_in_it(phone):
    changes(phone, "who you are here", "2", "De Buurttuin")
    changes(phone, "who you are here", "3")
    assert (phone.person.part, phone.person.initiative) == ("professional", None)
    phone.types("/profile")
    assert "Initiative" not in phone.last.labels


def test_withdrawing_a_consent_takes_as_many_steps_as_giving_it(phone, world):
    given = changes(phone, "what you agreed to", "invitations and news", "yes")
    assert "What you agreed to: \u2068Being a member and Invitations and news\u2069" in given
    withdrawn = changes(phone, "what you agreed to", "invitations and news", "no")
    assert "What you agreed to: \u2068Being a member\u2069" in withdrawn
    news = [row["given"] for row in rows(world, "consents") if row["purpose"] == "news"]
    assert news == [False, True, False]


def test_the_state_of_each_permission_can_be_seen(phone):
    phone.types("/profile")
    phone.presses("What you agreed to")
    assert phone.last.labels[:2] == ["Being a member: yes", "Invitations and news: no"]


@pytest.mark.parametrize("steps", [("leave",), ("what you agreed to", "1")])
def test_withdrawing_the_membership_is_leaving(phone, steps):
    assert changes(phone, *steps).startswith("Do you want to stop being a member?")


def test_a_change_that_is_stopped_changes_nothing(phone):
    changes(phone, "name", "stop")
    assert phone.person.name == "Noor"


def test_a_wrong_value_is_not_kept(phone):
    assert changes(phone, "e-mail", "noor@") == "That does not look like an e-mail address."
    phone.types("noor@example.org")
    assert phone.person.email == "noor@example.org"


def test_who_is_not_a_member_has_no_profile(world):
    visitor = world.phone("visitor")
    assert visitor.types("/profile") == ["You are not a member, so you have no profile here."]
    assert visitor.labels == ["Become a member", "See my data"]


def test_another_language_is_spoken_at_once_and_the_menu_follows(phone, world):
    assert phone.types("/language") == ["Which language do you want to speak?"]
    assert phone.last.labels == ["Nederlands", "English", "Stop"]
    source = "From now on I speak {language} with you."
    dutch = catalogue("nl").gettext(source).format(language="Nederlands")
    assert phone.presses("Nederlands") == [dutch]
    assert phone.person.language == "nl"
    assert rows(world, "people")[0]["menu_due"]


def test_a_language_is_answered_in_that_language(phone):
    phone.types("/language nl")
    back = phone.types("/language en")
    assert back == ["From now on I speak English with you."]
    assert phone.labels[-1] == "Go to the menu"


def test_a_language_that_is_not_spoken_is_asked_about(phone):
    assert phone.types("/language xx") == ["Which language do you want to speak?"]


def test_only_the_languages_of_the_platform_are_offered(phone, world):
    world.run(settings.put, "platform", {"languages": ["en"]})
    phone.types("/language nl")
    assert phone.last.labels == ["English", "Stop"]
    assert phone.person.language == "en"


def test_who_never_joined_can_choose_a_language(world):
    visitor = world.phone("visitor")
    visitor.types("/language nl")
    assert visitor.person.language == "nl"
