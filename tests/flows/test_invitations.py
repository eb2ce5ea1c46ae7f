"""Inviting many people, as the coordinator does it and as those who are invited read it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.dialogue.messages import units
from storage import audit, people, planning, rsvps
from storage.meetings import Answer, Kind, Meeting, MeetingFacts, Status
from storage.people import Consent, Purpose
from storage.rsvps import Party
from tests.flows.meeting_house import bare
from tests.flows.whole import rows
from tests.phone import Phone, World

UTRECHT = "GM0344"
HOSTILE = "<b>Räuber</b> & \u202e\u200b\u2066 =1+1 👩‍👩‍👧 "


@pytest.fixture
def cora(world: World) -> Phone:
    """The phone of a coordinator, who wants no invitations herself."""
    phone = known(world, "cora", wants=False)
    world.run(people.change, phone.person.id, role=people.Role.COORDINATOR)
    return phone


def known(world: World, name: str, *, wants: bool = True, **told: Any) -> Phone:
    """Somebody who joined, in Utrecht if they say nothing else."""
    phone = world.phone(name)
    phone.types("/start")
    facts = {"name": name.title(), "municipality": UTRECHT, **told}
    world.run(people.join, phone.person.id, world.now, facts)
    consent = Consent("news", wants, "news-1", "en", "chat", world.now)
    world.run(people.record_consent, phone.person.id, consent)
    return phone


def plan(world: World, **facts: Any) -> Meeting:
    start = datetime.fromisoformat("2027-03-10T19:30")
    planned = {"title": "A walk", "start": start, "end": start + timedelta(hours=2), **facts}
    made: Meeting = world.run(planning.make, MeetingFacts(key=None, **planned), None, world.now)
    return made


def invites(cora: Phone, meeting: Meeting, *steps: str) -> list[str]:
    """What the coordinator hears last; everybody is meant if nothing else is said."""
    cora.sends(f"f:invite:{meeting.id}")
    said: list[str] = []
    for step in (*(steps or ("Everybody",)), "Yes, send it"):
        said = cora.types(step)
    return bare(said)


def gets(world: World, phone: Phone, **span: float) -> list[str]:
    """What somebody hears when a page has been promised."""
    world.pass_time(**(span or {"seconds": 10}))
    return bare(phone.hears())


# A coordinator invites.


def test_a_coordinator_sees_what_it_looks_like_and_how_many_get_it(
    world: World, cora: Phone
) -> None:
    walk = plan(world, text="Bring boots.", place="The park")
    noor, ali = known(world, "noor"), known(world, "ali")
    known(world, "yusuf", wants=False)
    world.run(rsvps.claim, walk.id, Party(ali.person.id, 1), world.now)
    assert bare(cora.sends(f"f:invite:{walk.id}")) == ["Whom shall I invite to A walk?"]
    (said,) = bare(cora.presses("Everybody"))
    assert said.endswith(
        "This is what they get:\n\nBewonersplatform invites you:\n<b>A walk</b>\n"
        "Wednesday 10 March, 19:30 to 21:30\nThe park\n\nBring boots.\n\n"
        "Cora of Bewonersplatform sends you this, because you want invitations.\n\n"
        "These are 4 people.\n2 want invitations.\n1 has answered already.\n\n"
        "So 1 person gets this invitation. Shall I send it?"
    )
    assert cora.presses("Yes, send it")[0].startswith("The invitations are on their way.")
    assert len(gets(world, noor)) == 1
    assert gets(world, ali) == []
    assert bare(cora.presses("How the invitations go")) == ["Invitations to A walk:\n\n1 was sent."]
    assert world.run(audit.newest, cora.person.id, "invitations.send", 1)


def test_nothing_is_sent_before_the_last_yes(world: World, cora: Phone) -> None:
    walk, noor = plan(world), known(world, "noor")
    cora.sends(f"f:invite:{walk.id}")
    cora.presses("Everybody")
    assert cora.presses("No, do not") == ["Fine. I have invited nobody."]
    assert gets(world, noor) == []


@pytest.mark.parametrize(
    ("steps", "who"),
    [
        (("Everybody in Utrecht",), {"noor", "ali"}),
        (("Everybody in a municipality", "breda"), {"yusuf"}),
        (("Everybody in a neighbourhood", "utrecht", "LOMBOK"), {"noor", "ali"}),
        (("Everybody in a neighbourhood", "utrecht", "lombk"), {"noor", "ali"}),
        (("People by who they are here", "I am active in an initiative"), {"ali"}),
        (("People by what matters to them", "Green and play"), {"yusuf"}),
    ],
)
def test_those_who_are_meant_are_invited(
    world: World, cora: Phone, steps: tuple[str, ...], who: set[str]
) -> None:
    walk = plan(world, municipality=UTRECHT)
    phones = {
        "noor": known(world, "noor", neighbourhood="Lombok"),
        "ali": known(world, "ali", neighbourhood="lombok ", part="active"),
        "yusuf": known(world, "yusuf", municipality="GM0758"),
    }
    world.run(people.set_themes, phones["yusuf"].person.id, ["green"])
    cora.sends(f"f:invite:{walk.id}")
    for step in (*steps, "Yes, send it"):
        cora.types(step)
    world.pass_time(seconds=10)
    assert {name for name, phone in phones.items() if phone.hears()} == who


def test_a_neighbourhood_that_nobody_named_is_asked_again(world: World, cora: Phone) -> None:
    walk = plan(world)
    known(world, "noor", neighbourhood="Lombok")
    cora.sends(f"f:invite:{walk.id}")
    cora.presses("Everybody in a neighbourhood")
    cora.types("utrecht")
    (said,) = cora.types("Atlantis")
    assert said.startswith("I know nobody who lives there.")
    (said,) = cora.types("Lombok")
    assert "So 1 person gets this invitation." in said


def test_a_municipality_without_neighbourhoods_leads_back(world: World, cora: Phone) -> None:
    walk = plan(world)
    cora.sends(f"f:invite:{walk.id}")
    cora.presses("Everybody in a neighbourhood")
    (said,) = cora.types("breda")
    assert "Nobody in Breda told me the name of their neighbourhood." in said
    assert "Whom shall I invite" in said


def test_where_nobody_fits_others_can_be_chosen_at_once(world: World, cora: Phone) -> None:
    walk = plan(world)
    cora.sends(f"f:invite:{walk.id}")
    cora.presses("Everybody in a municipality")
    assert bare(cora.types("breda")) == [
        "I know nobody like that yet. Choose other people.\n\nWhom shall I invite to A walk?"
    ]
    assert "This is 1 person." in bare(cora.presses("Everybody"))[0]


def test_when_nobody_is_left_it_says_why(world: World, cora: Phone) -> None:
    walk = plan(world)
    known(world, "noor")
    invites(cora, walk)
    world.pass_time(seconds=10)
    (said,) = bare(cora.sends(f"f:invite:{walk.id}"))
    assert said.startswith("1 person was invited before.")
    (said,) = cora.presses("Everybody")
    assert said.endswith("1 was invited before.\n\nSo there is nobody to invite now.")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": Status.DRAFT}, "People do not see this meeting yet."),
        ({"status": Status.CANCELLED}, "This meeting is cancelled."),
        ({"deadline": datetime.fromisoformat("2027-03-01T10:00")}, "It is too late to sign up"),
    ],
)
def test_nobody_is_invited_to_what_is_closed(
    world: World, cora: Phone, facts: dict[str, Any], said: str
) -> None:
    walk = plan(world, **facts)
    assert cora.sends(f"f:invite:{walk.id}")[0].startswith(said)


def test_only_coordinators_invite(world: World, cora: Phone) -> None:
    walk, noor = plan(world), known(world, "noor")
    world.run(planning.edit, walk.id, None, world.now, host=noor.person.id)
    for data in (f"f:invite:{walk.id}", f"f:invited:{walk.id}"):
        assert "Whom" not in noor.sends(data)[0]
        assert "Nobody was invited" not in noor.last.text
    assert cora.sends("f:invite:99")[0].startswith("You cannot run this meeting.")


# Somebody is invited.


def test_one_tap_says_yes_maybe_or_no(world: World, cora: Phone) -> None:
    walk = plan(world, capacity=9)
    phones = {Answer.YES: "noor", Answer.MAYBE: "ali", Answer.NO: "yusuf"}
    invited = {answer: known(world, name) for answer, name in phones.items()}
    invites(cora, walk)
    (said,) = gets(world, invited[Answer.YES])
    assert said.startswith("Bewonersplatform invites you:\n<b>A walk</b>\n")
    assert invited[Answer.YES].last.labels == [
        "Yes, I am coming", "Maybe", "No", "Read more", "Why do I get this?",
        "No invitations for 4 weeks", "No more invitations",
    ]  # fmt: skip
    invited[Answer.YES].presses("Yes, I am coming")
    invited[Answer.YES].types("2")
    invited[Answer.MAYBE].presses("Maybe")
    invited[Answer.NO].presses("No")
    for answer, phone in invited.items():
        found = world.run(rsvps.find, walk.id, phone.person.id)
        assert found.answer == answer


def test_a_day_is_answered_by_choosing_a_place(world: World, cora: Phone) -> None:
    day = plan(world, title="The day", kind=Kind.DAY)
    plan(world, title="The garden", kind=Kind.PLACE, day=day.id)
    noor = known(world, "noor")
    invites(cora, day)
    gets(world, noor)
    assert noor.last.labels[0] == "Choose a place"
    assert "The day" in noor.presses("Choose a place")[0]


def test_a_full_meeting_says_so(world: World, cora: Phone) -> None:
    walk = plan(world, capacity=1)
    ali = known(world, "ali", wants=False)
    world.run(rsvps.claim, walk.id, Party(ali.person.id, 1), world.now)
    noor = known(world, "noor")
    invites(cora, walk)
    assert "All seats are taken. You can stand in line." in gets(world, noor)[0]


def test_why_it_came_is_one_tap_away(world: World, cora: Phone) -> None:
    walk = plan(world, municipality=UTRECHT)
    noor = known(world, "noor")
    invites(cora, walk, "Everybody in Utrecht")
    gets(world, noor)
    (said,) = bare(noor.presses("Why do I get this?"))
    assert said == (
        "Cora of Bewonersplatform sends you this, because you want invitations.\n\n"
        "It went to: everybody in Utrecht.\n\n"
        "You get at most three messages a week, and none at night."
    )
    assert noor.last.labels == ["No invitations for 4 weeks", "No more invitations"]
    assert "did not send you" in cora.sends(f"f:why_invited:{walk.id}")[0]


def test_a_sender_who_was_forgotten_is_the_platform(world: World, cora: Phone) -> None:
    walk, noor = plan(world), known(world, "noor")
    invites(cora, walk)
    cora.types("/forget")
    cora.presses("Yes, erase everything")
    cora.presses("Yes, erase it for good")
    assert "The coordinators of Bewonersplatform send you this" in gets(world, noor)[0]


def test_no_more_invitations_is_one_tap_and_counts_at_once(world: World, cora: Phone) -> None:
    first, second = plan(world), plan(world, title="A talk")
    noor = known(world, "noor")
    invites(cora, first)
    gets(world, noor)
    invites(cora, second)
    noor.presses("No more invitations")
    assert not world.run(people.agrees, noor.person.id, Purpose.NEWS)
    noor.sends("f:no_invitations")
    assert gets(world, noor) == []
    (consent,) = [row for row in rows(world, "consents") if row["way"] == "invitation"]
    assert (consent["given"], consent["text_version"]) == (False, "news-1")


def test_a_pause_holds_invitations_back_and_says_until_when(world: World, cora: Phone) -> None:
    first = plan(world)
    later = datetime.fromisoformat("2027-05-10T19:30")
    second = plan(world, title="A talk", start=later, end=later + timedelta(hours=1))
    noor = known(world, "noor")
    invites(cora, first)
    gets(world, noor)
    (said,) = noor.presses("No invitations for 4 weeks")
    assert said.startswith("Good. Until Monday 29 March 2027 I send you no news")
    invites(cora, second)
    assert gets(world, noor) == []
    (said,) = bare(cora.sends(f"f:invited:{second.id}"))
    assert "1 waits: that person asked for a pause." in said
    (numbers,) = cora.sends(f"f:meeting_report:{second.id}")
    assert numbers.endswith("Later: asked for a pause: 1.")
    assert gets(world, noor, days=27) == []
    assert "A talk" in gets(world, noor, days=1, hours=1)[0]


def test_a_pause_can_be_ended_at_any_time(world: World) -> None:
    noor = known(world, "noor")
    noor.sends("f:pause_invitations:4")
    assert noor.presses("End the pause")[0].startswith("The pause is over.")
    (row,) = rows(world, "people")
    assert row["paused_until"] is None
    noor.sends("f:pause_invitations:999")
    (row,) = rows(world, "people")
    assert row["paused_until"] == world.now + timedelta(weeks=52)


def test_a_fourth_invitation_in_a_week_waits_and_none_comes_at_night(
    world: World, cora: Phone
) -> None:
    start = datetime.fromisoformat("2027-03-20T19:30")
    walks = [plan(world, title=f"Walk {n}", start=start, end=start + timedelta(hours=1))
             for n in range(4)]  # fmt: skip
    noor = known(world, "noor")
    for walk in walks:
        invites(cora, walk)
        world.pass_time(seconds=10)
    assert len(noor.hears()) == 3
    (said,) = bare(cora.sends(f"f:invited:{walks[3].id}"))
    assert "1 waits: that person has had three messages this week." in said
    assert gets(world, noor, days=6, hours=23) == []
    assert "Walk 3" in gets(world, noor, hours=2)[0]


def test_at_night_nothing_comes_before_nine(world: World, cora: Phone) -> None:
    walk, noor = plan(world), known(world, "noor")
    world.pass_time(hours=11)
    invites(cora, walk)
    assert gets(world, noor) == []
    (said,) = bare(cora.sends(f"f:invited:{walk.id}"))
    assert "1 waits for the morning." in said
    assert gets(world, noor, hours=9.9) == []
    assert len(gets(world, noor, hours=0.1)) == 1


def test_who_answers_meanwhile_is_not_invited_any_more(world: World, cora: Phone) -> None:
    walk, noor = plan(world), known(world, "noor")
    world.pass_time(hours=11)
    invites(cora, walk)
    world.pass_time(seconds=10)
    world.run(rsvps.claim, walk.id, Party(noor.person.id, 1), world.now)
    assert gets(world, noor, hours=10) == []
    (said,) = bare(cora.sends(f"f:invited:{walk.id}"))
    assert "1 was not needed: that person had answered." in said
    outcome = [row for row in rows(world, "outbox") if row["renderer"] == "invitation"]
    assert [(row["state"], row["error"]) for row in outcome] == [("cancelled", "answered already")]


# Anything may stand in it.


@pytest.mark.parametrize("language", ["en", "nl"])
def test_hostile_and_long_texts_stay_within_the_limits(
    world: World, cora: Phone, language: str
) -> None:
    long = (HOSTILE * 200)[:4000]
    walk = plan(world, title=long[:200], text=long, place=long[:300])
    noor = known(world, "noor", neighbourhood=long[:80])
    world.run(people.change, noor.person.id, language=language)
    world.run(people.change, cora.person.id, name=long[:60])
    cora.sends(f"f:invite:{walk.id}")
    for step in ("Everybody in a neighbourhood", "utrecht", long[:80], "Yes, send it"):
        assert all(units(text) <= 4096 for text in cora.types(step))
    (said,) = gets(world, noor)
    assert units(said) <= 4096
    assert "<b>Räuber" not in said
    assert all(units(text) <= 4096 for text in noor.sends(f"f:why_invited:{walk.id}"))


def test_the_promise_names_numbers_only(world: World, cora: Phone) -> None:
    walk = plan(world)
    noor = known(world, "noor")
    invites(cora, walk)
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    (row,) = [row for row in rows(world, "outbox") if row["renderer"] == "invitation"]
    assert row["arguments"] == {"fanout": 1, "meeting": walk.id, "person": noor.person.id}
