import pytest

from storage import people
from tests.flows.whole import joins, rows, stored

PARTS = "I live in the neighbourhood"


def types(phone, *steps):
    return [phone.types(step) for step in steps][-1]


def test_joining_keeps_a_checked_person(phone):
    assert phone.types("/join") == [
        "Welcome! I am the chatbot of Bewonersplatform. I have a few short questions, about a "
        "minute. Only your last yes makes me keep your answers.\n\n"
        "What do you want to be called?"
    ]
    assert phone.types("Noor") == [
        "In which municipality is your neighbourhood, \u2068Noor\u2069? For example: Utrecht."
    ]
    assert phone.types("nieuwegijn") == ["Do you mean Nieuwegein?"]
    assert phone.types("yes") == ["And what is your neighbourhood called?"]
    assert phone.types("Fokkesteeg") == ["What fits you best?"]
    assert phone.presses("I am active") == ["Which initiative is that?"]
    assert phone.types("De Buurttuin") == ["What matters to you?"]
    assert phone.types("1, 3") == ["Are you 16 or older?"]
    assert phone.types("yes")[0].startswith("May I keep what you told me")
    assert phone.types("yes")[0].startswith("May I send you invitations")
    assert phone.types("yes")[0].startswith("May I ask you now and then")
    assert phone.types("no")[0].startswith("May I bring you in touch")
    assert phone.types("no")[0].startswith("What is your e-mail address?")
    (summary,) = phone.types("noor@example.org")
    assert "Neighbourhood: \u2068Fokkesteeg\u2069\n" in summary
    assert "What matters to you: \u2068Living together and Green and play\u2069\n" in summary
    assert "Invitations and news: \u2068yes\u2069\n" in summary
    assert phone.types("yes") == [
        "Welcome, \u2068Noor\u2069! You are a member now.\n\nWhat do you want to do first?"
    ]
    assert phone.last.labels == ["See the meetings", "Go to the menu"]
    noor = phone.person
    assert (noor.name, noor.municipality, noor.neighbourhood) == ("Noor", "GM0356", "Fokkesteeg")
    assert (noor.part, noor.initiative, noor.email) == (
        "active",
        "De Buurttuin",
        "noor@example.org",
    )
    assert (noor.state, noor.adult) == ("member", True)
    assert phone.world.run(people.themes_of, noor.id) == ["green", "together"]


def test_nothing_is_kept_before_the_last_yes(phone, world):
    types(phone, "/join", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes", "yes", "yes", "yes")
    phone.types("skip")
    assert (phone.person.name, phone.person.state) == (None, "visitor")
    assert rows(world, "consents") == []
    phone.types("yes")
    assert phone.person.is_member


def test_every_consent_is_asked_by_itself_and_recorded_as_it_was_said(phone, world):
    types(phone, "/join", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes", "yes", "no", "yes")
    types(phone, "skip", "yes")
    said = {(row["purpose"], row["given"], row["text_version"]) for row in rows(world, "consents")}
    assert said == {
        ("membership", True, "membership-1"),
        ("news", True, "news-1"),
        ("survey", False, "survey-1"),
        ("found", True, "found-1"),
    }
    kept = {(r["language"], r["way"], r["at"]) for r in rows(world, "consents")}
    assert kept == {("en", "chat", world.now)}


def test_who_is_younger_than_sixteen_is_welcome_but_nothing_is_kept(phone, world):
    types(phone, "/join", "Sterre", "Utrecht", "Lunetten", "2", "De Speeltuin", "1,2")
    (said,) = phone.types("no")
    assert said.startswith("You can become a member when you are 16.")
    assert phone.last.labels == ["See the meetings"]
    assert (phone.person.state, phone.person.name, phone.person.adult) == ("visitor", None, None)
    world.pass_time(hours=2)
    everything = " ".join(stored(world).values())
    for typed in ("Sterre", "Lunetten", "Speeltuin"):
        assert typed not in everything


def test_who_does_not_want_to_be_a_member_has_not_joined(phone, world):
    types(phone, "/join", "Sterre", "Utrecht", "Lunetten", "1", "skip", "yes")
    (said,) = phone.types("no")
    assert "You have not joined" in said
    assert not phone.person.is_member
    assert rows(world, "consents") == []
    world.pass_time(hours=2)
    assert "Sterre" not in " ".join(stored(world).values())


def test_one_answer_can_be_changed_and_the_others_stay(phone):
    types(phone, "/join", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes", "no", "no", "no")
    types(phone, "skip", "change something")
    assert phone.presses("Who you are here") == ["What fits you best?"]
    assert phone.presses("I am active") == ["Which initiative is that?"]
    (summary,) = phone.types("De Buurttuin")
    assert "Initiative: \u2068De Buurttuin\u2069" in summary
    phone.types("yes")
    assert (phone.person.part, phone.person.initiative) == ("active", "De Buurttuin")


def test_an_initiative_that_no_longer_fits_is_not_kept(phone):
    types(phone, "/join", "Noor", "Utrecht", "skip", "2", "De Buurttuin", "skip", "yes", "yes")
    types(phone, "no", "no", "no", "skip", "change something")
    phone.presses("Who you are here")
    (summary,) = phone.presses(PARTS)
    assert "Buurttuin" not in summary
    phone.types("yes")
    assert (phone.person.part, phone.person.initiative) == ("resident", None)


def test_a_member_who_joins_is_told_kindly(phone):
    joins(phone)
    assert phone.types("/join") == [
        "You are a member already, \u2068Noor\u2069. How nice that you are here."
    ]
    assert phone.last.labels == ["See or change my profile", "Go to the menu"]


def test_who_comes_back_can_press_their_name_and_is_asked_for_consent_again(phone, world):
    joins(phone)
    types(phone, "/leave", "yes", "keep my profile")
    phone.types("/join")
    assert phone.labels[-2:] == ["Noor", "Stop"]
    assert phone.presses("Noor")[0].startswith("In which municipality")
    types(phone, "Utrecht", "skip", "1", "skip", "yes", "yes", "yes", "no", "no", "skip", "yes")
    assert phone.person.is_member
    agreed = phone.world.run(people.consents_of, phone.person.id)
    assert {purpose for purpose, said in agreed.items() if said.given} == {"membership", "news"}


def test_a_deep_link_joins(phone):
    assert phone.types("/start join")[0].startswith("Welcome! I am the chatbot")


def test_joining_for_a_survey_goes_on_with_that_survey(phone):
    joins(phone, "/join survey-3", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes")
    assert phone.last.text.startswith("Welcome, \u2068Noor\u2069! You are a member now.\n\n")
    assert "survey" in phone.last.text
    assert "What do you want to do first?" not in phone.last.text


def test_joining_for_a_meeting_goes_on_with_that_meeting(phone):
    joins(phone, "/join meeting-3", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes")
    assert "meeting" in phone.last.text
    assert "What do you want to do first?" not in phone.last.text


@pytest.mark.parametrize(
    "next_", ["roles-3", "survey", "survey-x", "survey-1-2", "meeting-9999999999"]
)
def test_going_on_to_nonsense_ends_in_the_menu(phone, next_):
    joins(phone, f"/join {next_}", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes")
    assert phone.last.labels[-1] == "Go to the menu"


HOSTILE = [
    "<b>Noor</b> & <a href='x'>",
    "\u202eNoor\u202c",
    "N\u200boor\u2066",
    '=HYPERLINK("http://x","y")',
    "{name} %s {0}",
    "/ˈnɔːr/"[1:],
]


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_texts_are_kept_as_typed_and_shown_harmless(phone, typed):
    types(phone, "/join", typed, "Utrecht", typed, "2", typed, "skip", "yes", "yes", "no", "no")
    (summary,) = types(phone, "no", "skip")[-1:]
    shown = typed.translate(dict.fromkeys((0x2066, 0x2067, 0x2068, 0x2069)))
    assert f"Name: \u2068{shown}\u2069\n" in summary
    assert f"Neighbourhood: \u2068{shown}\u2069\n" in summary
    phone.types("yes")
    noor = phone.person
    assert (noor.name, noor.neighbourhood, noor.initiative) == (typed, typed, typed)
    assert phone.last.message is not None
    assert type(phone.last.message.text) is str


def test_what_is_too_long_is_refused_with_a_sentence(phone):
    assert phone.types("/join")
    assert phone.types("N" * 4096) == ["That is too long for a name. Use at most 60 characters."]
    types(phone, "Noor", "Utrecht")
    assert phone.types("e\u0301" * 2048)[0].startswith("That is too long: 4096 characters.")
