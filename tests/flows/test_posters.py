"""Posters, for who runs a meeting."""

import re
from typing import Any

import pytest

from bot.dialogue.files.pictures import Drawing, png
from bot.dialogue.messages import Attachment
from handlers import posters
from storage import people, settings
from storage.meetings import Kind, Meeting, Status
from tests.flows.meeting_house import bare, home, plan
from tests.phone import Phone, World
from tests.pixels import picture

PLATFORM = {
    "name": "Ons platform", "about": "Bewoners onder elkaar.", "privacy_contact": "i@example.org",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    made = World(
        [home, posters.poster], makers=[posters.one_poster, posters.all_posters, posters.code]
    )
    made.run(settings.put, "username", "buurtbot")
    made.run(settings.put, "platform", PLATFORM)
    return made


@pytest.fixture
def ans(world: World) -> Phone:
    phone = world.phone("ans")
    phone.types("/start")
    world.run(people.change, phone.person.id, role="coordinator")
    return phone


def sent(phone: Phone) -> Attachment:
    made = phone.last.message
    assert made is not None
    assert made.attachment is not None
    return made.attachment


def drawing(phone: Phone) -> Drawing:
    """What the sender would draw for the last message."""
    made = sent(phone)
    found: Any = phone.world.run(phone.world.makers[made.maker].run, made.arguments)
    assert isinstance(found, Drawing)
    return found


def words(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)<", svg))


def day_of(world: World, places: int) -> Meeting:
    day = plan(world, "day", title="Our day", kind=Kind.DAY)
    for nth in range(1, places + 1):
        plan(world, f"p{nth}", title=f"Place {nth:02}", kind=Kind.PLACE, day=day.id)
    return day


def test_a_poster_for_a_meeting(world: World, ans: Phone) -> None:
    walk = plan(world, place="Beatrixlaan 12", accessibility="Geen drempels.")
    said = bare(ans.sends(f"f:poster:{walk.id}"))
    assert said == ["This is the poster of A walk. It is A4, ready to print."]
    assert sent(ans).name == "poster-A4.png"
    ((name, svg),) = drawing(ans).sheets
    assert name == "poster.png"
    for text in ("A walk", "Beatrixlaan 12", "Geen drempels.", "Ons platform", "Bewoners onder",
                 "t.me/buurtbot?start=meeting-", "i@example.org", "Telegram"):  # fmt: skip
        assert text in words(svg)
    link = f"https://t.me/buurtbot?start=meeting-{walk.id}"
    assert picture(png(svg, dpi=75)).codes() == [link]


@pytest.mark.parametrize(
    ("languages", "expected"),
    [(["en"], "Monday"), (["nl"], "maandag"), (["en", "ar"], "maandag"), (["ar"], "maandag"),
     ([], "maandag")],
)  # fmt: skip
def test_a_poster_is_dutch_unless_a_meeting_is_in_one_other_language(
    world: World, ans: Phone, languages: list[str], expected: str
) -> None:
    walk = plan(world, languages=languages)
    ans.sends(f"f:poster:{walk.id}")
    assert expected in words(drawing(ans).sheets[0][1])


def test_a_host_makes_posters_and_a_resident_does_not(world: World) -> None:
    walk = plan(world)
    sam = world.phone("sam")
    sam.types("/start")
    refused = "You cannot run this meeting. Its host and the coordinators can."
    assert sam.sends(f"f:poster:{walk.id}") == [refused]
    assert sam.sends("f:poster:999") == [refused]
    world.run(_host, walk.id, sam.person.id)
    assert sam.sends(f"f:poster:{walk.id}") != [refused]


def _host(tx: Any, meeting: int, person: int) -> None:
    from storage.tables import meetings

    tx.execute(meetings.update().where(meetings.c.id == meeting).values(host=person))


def test_a_cancelled_meeting_has_no_poster(world: World, ans: Phone) -> None:
    walk = plan(world, status=Status.CANCELLED)
    assert bare(ans.sends(f"f:poster:{walk.id}")) == ["A walk is cancelled, so there is no poster."]


def test_a_draft_has_one_with_a_warning(world: World, ans: Phone) -> None:
    walk = plan(world, status=Status.DRAFT)
    assert "Wait with hanging it up" in ans.sends(f"f:poster:{walk.id}")[0]
    assert drawing(ans).sheets


def test_a_day_has_its_own_poster_and_one_for_each_place(world: World, ans: Phone) -> None:
    day = day_of(world, 3)
    assert bare(ans.sends(f"f:poster:{day.id}")) == ["Which poster of Our day do you want?"]
    assert ans.last.labels == [
        "The poster of the whole day", "A poster for each of 3 places", "Back to the day",
    ]  # fmt: skip
    ans.presses("A poster for each")
    assert sent(ans).name == "posters-A4.zip"
    sheets = drawing(ans).sheets
    assert [name for name, _svg in sheets] == [
        "01-place-01.png", "02-place-02.png", "03-place-03.png",
    ]  # fmt: skip
    assert "Our day: Place 02" in words(sheets[1][1])
    ans.presses("The poster of the whole day")
    assert "Our day" in words(drawing(ans).sheets[0][1])


def test_many_places_come_in_files_of_forty(world: World, ans: Phone) -> None:
    day = day_of(world, 41)
    plan(world, "p41", title="Place 41", kind=Kind.PLACE, day=day.id, status=Status.CANCELLED)
    plan(world, "p42", title="Place 42", kind=Kind.PLACE, day=day.id)
    ans.sends(f"f:poster:{day.id}")
    assert ans.last.labels[1:3] == ["Posters of places 1 to 40", "Posters of places 41 to 41"]
    ans.presses("Posters of places 41 to 41")
    assert [name for name, _svg in drawing(ans).sheets] == ["41-place-42.png"]
    ans.sends(f"f:poster:{day.id}:places:99")
    assert [name for name, _svg in drawing(ans).sheets] == ["41-place-42.png"]


def test_a_day_without_places_has_one_poster(world: World, ans: Phone) -> None:
    day = day_of(world, 0)
    assert "This is the poster of Our day" in bare(ans.sends(f"f:poster:{day.id}"))[0]


def test_a_file_is_named_so_that_every_computer_takes_it(world: World, ans: Phone) -> None:
    day = plan(world, "day", title="Our day", kind=Kind.DAY)
    for key, title in {"a": "Café ../..\\x:y", "b": "日本", "c": "x" * 200}.items():
        plan(world, key, title=title, kind=Kind.PLACE, day=day.id)
    ans.sends(f"f:poster:{day.id}:places:1")
    assert [name for name, _svg in drawing(ans).sheets] == [
        "01-cafe-x-y.png", f"02-{'x' * 40}.png", "03-poster.png",
    ]  # fmt: skip


def test_a_code_is_made_for_our_own_links_alone(world: World) -> None:
    link = "https://t.me/buurtbot?start=door-abc"
    made = world.run(posters.code.run, {"link": link})
    assert picture(made).codes() == [link]
    with pytest.raises(ValueError, match="does not lead"):
        world.run(posters.code.run, {"link": "https://evil.example/?start=x"})


def test_the_whole_poster_is_drawn_on_the_phone(world: World, ans: Phone) -> None:
    walk = plan(world, days=400)
    ans.sends(f"f:poster:{walk.id}")
    assert str(walk.starts.year) in words(drawing(ans).sheets[0][1])
    assert ans.receives().startswith(b"\x89PNG")
