"""Import files: every mistake with its line and nothing imported, or all of it, again and again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import importing
from bot.importing.mistakes import ImportErrors
from handlers import FLOWS
from storage import days, fanout, meetings, planning, surveys
from storage.surveys import Kind
from tests.phone import START, World
from tests.surveyed import SURVEY, file, member, surveyed

SAMPLE = Path(importing.__file__).with_name("sample.toml")

GOOD = """\
zone = "Europe/Amsterdam"
[[survey]]
key = "learning"
title = { nl = "Leren", en = "Learning" }
intro = { nl = "Hallo" }
thanks = { nl = "Dank" }
closes = 2027-03-31T21:00:00
[[survey.question]]
key = "urgent"
kind = "several"
other = true
text = { nl = "Wat?" }
options.a = { nl = "Een" }
options.b = { nl = "Twee" }
[[survey.question]]
key = "why"
kind = "open"
optional = true
only_if = { question = "urgent", any_of = ["a", "other"] }
text = { nl = "Waarom?" }
[[meeting]]
key = "evening"
title = "Avond"
start = 2027-09-28T19:30:00
end = 21:00:00
capacity = 20
deadline = 2027-09-27T12:00:00
link = "https://example.org/room"
languages = ["nl", "en"]
"""

Q, M = "question `urgent`", "meeting `evening`"
MISTAKES = [
    (
        'zone = "Europe/Amsterdam"',
        'zone = "Europe/Amsterdm"',
        "line 1: `Europe/Amsterdm` is not a time zone; did you mean `Europe/Amsterdam`?",
    ),
    (
        'key = "learning"',
        'key = "Learning!"',
        "line 3: survey `Learning!`: the key `Learning!` may have a-z, 0-9, _ and - only",
    ),
    (
        'key = "learning"',
        f'key = "{"x" * 21}"',
        f"line 3: survey `{'x' * 21}`: `key` is 21 characters long: at most 20 fit",
    ),
    ('key = "learning"\n', "\n", "line 2: survey `1`: `key` is missing"),
    (
        'title = { nl = "Leren", en = "Learning" }',
        'title = "Leren"',
        'line 4: survey `learning`: `title` needs its language: write { nl = "..." }',
    ),
    (
        'title = { nl = "Leren", en = "Learning" }',
        'title = { en = "Learning" }',
        "line 4: survey `learning`: title: the Dutch text (nl) is missing",
    ),
    (
        'en = "Learning"',
        'eng = "Learning"',
        "line 4: survey `learning`: title: `eng` is not known here; did you mean `en`?",
    ),
    (
        'nl = "Leren"',
        f'nl = "{"x" * 101}"',
        "line 4: survey `learning`: title: `nl` is 101 characters long: at most 100 fit",
    ),
    (
        'nl = "Leren"',
        'nl = """Le\nren"""',
        "line 4: survey `learning`: title: `nl` must stand on one line",
    ),
    (
        'nl = "Leren"',
        'nl = "Le\\u0000ren"',
        "line 4: survey `learning`: title: `nl` holds a control character",
    ),
    (
        'nl = "Leren"',
        "nl = 3",
        "line 4: survey `learning`: title: `nl` is not a text: put it between quotes",
    ),
    ('nl = "Leren"', 'nl = " "', "line 4: survey `learning`: title: `nl` is empty"),
    (
        "thanks = ",
        "thank = ",
        "line 6: survey `learning`: `thank` is not known here; did you mean `thanks`?",
    ),
    (
        "2027-03-31T21:00:00",
        "2027-03-31",
        "line 7: survey `learning`: `closes` is not a day and time: write it like "
        "2027-09-28T19:30:00",
    ),
    (
        "2027-03-31T21:00:00",
        "2027-03-28T02:30:00",
        "line 7: survey `learning`: `closes`: 2027-03-28 02:30 does not exist: the "
        "clocks go forward then; choose another time",
    ),
    (
        "2027-03-31T21:00:00",
        "2027-10-31T02:30:00",
        "line 7: survey `learning`: `closes`: 2027-10-31 02:30 comes twice: the "
        "clocks go back then; choose another time",
    ),
    (
        "2027-03-31T21:00:00",
        "2027-03-31T21:00:00Z",
        "line 7: survey `learning`: `closes` has a zone of its own: leave out the Z or +02:00",
    ),
    (
        "2027-03-31T21:00:00",
        "0001-01-01T00:00:00",
        "line 7: survey `learning`: `closes` is in the year 1",
    ),
    (
        "closes = 2027-03-31T21:00:00",
        "opens = 2027-04-01T09:00:00\ncloses = 2027-03-31T21:00:00",
        "line 8: survey `learning`: `closes` is not after `opens`",
    ),
    (
        "2027-03-31T21:00:00",
        "2027-02-30T21:00:00",
        "line 7: this is not TOML: Invalid date or datetime",
    ),
    (
        'kind = "several"',
        'kind = "severl"',
        f"line 10: {Q}: `severl` is not a kind of question; did you mean `several`?",
    ),
    (
        'kind = "several"',
        'kind = "x"',
        f"line 10: {Q}: `x` is not a kind of question: choose from open, one, "
        f"several, yesno, number, date, place",
    ),
    (
        "other = true",
        'other = "true"',
        f"line 11: {Q}: `other` is not true or false, without quotes",
    ),
    (
        "other = true",
        "other = true\nat_most = 0",
        f"line 12: {Q}: `at_most` is not a whole number from 1 to 12",
    ),
    (
        "other = true",
        "other = true\nat_most = true",
        f"line 12: {Q}: `at_most` is not a whole number from 1 to 12",
    ),
    (
        'options.a = { nl = "Een" }',
        'options.a = { nl = "twee" }',
        f"line 14: {Q}: the options `a` and `b` have the same label",
    ),
    (
        'options.a = { nl = "Een" }',
        f'options.a = {{ nl = "{"x" * 61}" }}',
        f"line 13: {Q}: a: `nl` is 61 characters long: at most 60 fit",
    ),
    (
        "options.b",
        "options.other",
        f"line 14: {Q}: the option `other` is there already: `other = true` makes it",
    ),
    (
        "options.b",
        'options."B b"',
        f"line 14: {Q}: the option `B b`: use at most 20 of a-z, 0-9, _ and -",
    ),
    ("options.b", "options.a", "line 14: this is not TOML: Cannot overwrite a value"),
    (
        'kind = "open"\noptional',
        'kind = "open"\nat_most = 2\noptional',
        "line 18: question `why`: `at_most` goes with the kind `several` only",
    ),
    (
        'kind = "open"\noptional',
        'kind = "open"\nother = true\noptional',
        "line 18: question `why`: `other` goes with the kinds `one` and `several` only",
    ),
    ('key = "why"', 'key = "urgent"', "line 16: question `urgent`: the key `urgent` is used twice"),
    (
        'question = "urgent"',
        'question = "urgnt"',
        "line 19: question `why`: only_if names `urgnt`, which does not exist; did "
        "you mean `urgent`?",
    ),
    (
        'question = "urgent"',
        'question = "why"',
        "line 19: question `why`: only_if names the question itself",
    ),
    (
        'question = "urgent"',
        'question = "later"',
        "line 19: question `why`: only_if names `later`, which does not exist before this question",
    ),
    (
        '["a", "other"]',
        '["aa"]',
        "line 19: question `why`: only_if names `aa`, which is no option of `urgent`; "
        "did you mean `a`?",
    ),
    (
        '["a", "other"]',
        '"a"',
        "line 19: question `why`: only_if: `any_of` is not a list of options: write it like "
        '["..."]',
    ),
    (
        'key = "evening"',
        "key = 3",
        "line 22: meeting `3`: `key` is not a text: put it between quotes",
    ),
    ("start = 2027-09-28T19:30:00\n", "\n", f"line 21: {M}: `start` is missing"),
    ("end = 21:00:00", "end = 19:30:00", f"line 25: {M}: `end` is not after `start`"),
    (
        "capacity = 20",
        "capacity = 0",
        f"line 26: {M}: `capacity` is not a whole number from 1 to 100000",
    ),
    (
        "capacity = 20",
        'capacity = "20"',
        f"line 26: {M}: `capacity` is not a whole number from 1 to 100000",
    ),
    ("2027-09-27T12:00:00", "2027-09-29T12:00:00", f"line 25: {M}: `end` is not after `deadline`"),
    (
        "https://example.org/room",
        "javascript:x",
        f"line 28: {M}: `link` is not a page's address: write it like https://example.org/room",
    ),
    (
        '["nl", "en"]',
        '["nl", "e"]',
        f"line 29: {M}: `e` is not a language that we have; did you mean `en`?",
    ),
    (
        "capacity = 20",
        "places = 20",
        f"line 26: {M}: `places` is not known here; did you mean `place`?",
    ),
    (
        "start = 2027-09-28T19:30:00",
        "start = { days_from_now = 3 }",
        f"line 24: {M}: start: `at` is not a time: write it like 19:30:00",
    ),
    (
        "start = 2027-09-28T19:30:00",
        'start = { days_from_now = "3", at = 19:30:00 }',
        f"line 24: {M}: start: `days_from_now` is not a whole number from -3650 to 3650",
    ),
    (
        "[[meeting]]",
        "[meeting]",
        "line 21: `meeting` is not a list of tables: write [[meeting]] above each",
    ),
    (
        "[[meeting]]",
        "[[meetings]]",
        "line 21: `meetings` is not known here; did you mean `meeting`?",
    ),
    (
        "capacity = 20",
        "capacity 20",
        "line 26: this is not TOML: Expected '=' after a key in a key/value pair",
    ),
    (
        "capacity = 20",
        "capacity = 20\ncapacity = 21",
        "line 27: this is not TOML: Cannot overwrite a value",
    ),
]


def mistakes(folder, text):
    with pytest.raises(ImportErrors) as caught:
        importing.read(file(folder, text))
    return list(caught.value.mistakes)


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path, right, wrong, told):
    assert right in GOOD
    assert mistakes(tmp_path, GOOD.replace(right, wrong, 1)) == [told]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = GOOD.replace("capacity = 20", "capacity = 0").replace('"several"', '"severl"')
    text = text.replace("thanks = ", "thank = ")
    found = mistakes(tmp_path, text)
    assert [line.split(":")[0] for line in found] == ["line 6", "line 10", "line 26"]


def test_too_many_questions_and_options_are_refused(tmp_path):
    many = "".join(
        f'[[survey.question]]\nkey = "q{n}"\nkind = "open"\ntext = {{ nl = "Wat?" }}\n'
        for n in range(20)
    )
    (told,) = mistakes(tmp_path, GOOD.replace("[[meeting]]", f"{many}[[meeting]]"))
    assert told == "line 8: survey `learning`: a survey has 1 to 20 questions"
    options = "\n".join(f'options.o{n} = {{ nl = "L{n}" }}' for n in range(12))
    (told,) = mistakes(tmp_path, GOOD.replace("options.b", f"{options}\noptions.b"))
    assert "a question has 2 to 12 options" in told


def test_a_file_that_is_no_text_or_not_there_is_told(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_bytes(b'zone = "x"\ntitle = "\xff"\n')
    with pytest.raises(ImportErrors, match="line 2: this is not UTF-8"):
        importing.read(path)
    with pytest.raises(ImportErrors, match="cannot be read"):
        importing.read(tmp_path / "none.toml")
    path.write_text("a = " + "[" * 5000)
    with pytest.raises(ImportErrors, match="nested too deeply"):
        importing.read(path)


@pytest.fixture
def world():
    return World(FLOWS)


def put(world, folder, text, now=START):
    return world.run(importing.load, importing.read(file(folder, text)), now)


def test_what_is_imported_is_there(world, tmp_path):
    loaded = put(world, tmp_path, GOOD)
    assert (loaded.surveys, loaded.meetings) == (1, 1)
    survey = world.run(surveys.find, 1)
    assert survey.title == {"nl": "Leren", "en": "Learning"}
    assert survey.closes == datetime(2027, 3, 31, 19, tzinfo=UTC)
    urgent, why = world.run(surveys.questions, 1)
    assert (urgent.kind, urgent.other, list(urgent.options)) == (Kind.SEVERAL, True, ["a", "b"])
    assert (why.only_if.question, why.only_if.any_of) == ("urgent", ("a", "other"))
    (meeting,) = world.run(meetings.upcoming, START)
    assert meeting.starts == datetime(2027, 9, 28, 17, 30, tzinfo=UTC)
    assert (meeting.wall_end, meeting.capacity) == ("2027-09-28T21:00", 20)
    assert meeting.deadline == datetime(2027, 9, 27, 10, tzinfo=UTC)


def test_a_second_import_updates_and_retires(world, tmp_path):
    put(world, tmp_path, GOOD)
    put(world, tmp_path, GOOD)
    changed = GOOD.replace('"Leren"', '"Beter leren"').replace("Avond", "Nacht")
    cut = changed[: changed.index('[[survey.question]]\nkey = "why"')]
    put(world, tmp_path, cut + changed[changed.index("[[meeting]]") :])
    assert world.run(surveys.find, 1).title["nl"] == "Beter leren"
    assert [q.key for q in world.run(surveys.questions, 1)] == ["urgent"]
    both = world.run(surveys.questions, 1, retired=True)
    assert [(q.key, q.retired) for q in both] == [("urgent", False), ("why", True)]
    assert [m.title for m in world.run(meetings.upcoming, START)] == ["Nacht"]
    put(world, tmp_path, GOOD)
    assert [q.key for q in world.run(surveys.questions, 1)] == ["urgent", "why"]


DAY = """\
zone = "Europe/Amsterdam"
[[day]]
key = "day"
title = "Open deuren"
start = 2027-09-25T10:00:00
end = 16:00:00
audience = "members"
reminders = ["day"]
publish = 2027-09-01T09:00:00
[[day.place]]
key = "garden"
title = "Tuin"
municipality = "Utrecht"
latitude = 52.1
longitude = 5
accessibility = "Zonder drempels."
host_name = "Noor"
capacity = 3
[[day.place]]
key = "yard"
title = "Werf"
start = 11:00:00
audience = "municipality:GM0344"
reminders = []
[[day.part]]
key = "evening"
title = "Avond"
start = 19:00:00
end = 21:00:00
"""

DAY_MISTAKES = [
    ('"Utrecht"', '"Utrech"', "line 13: place `garden`: `Utrech` is not a municipality; did you "
     "mean `Utrecht`?"),
    ('"Utrecht"', '"Atlantis"', "line 13: place `garden`: `Atlantis` is not a municipality"),
    ("52.1", '"52"', "line 14: place `garden`: `latitude` is not a number, such as 52.09"),
    ("52.1", "true", "line 14: place `garden`: `latitude` is not a number, such as 52.09"),
    ("52.1", "nan", "line 14: place `garden`: `latitude` is not a number from -90 to 90"),
    ("= 5\n", "= 181\n", "line 15: place `garden`: `longitude` is not a number from -180 to 180"),
    ("longitude = 5\n", "\n", "line 10: place `garden`: `latitude` and `longitude` go together"),
    ('"members"', '"member"', "line 7: day `day`: `member` is nobody we know; did you mean "
     "`members`?"),
    ('"members"', '"x"', "line 7: day `day`: `x` is nobody we know: choose from all, members, "
     "part:resident, part:active, part:professional, part:official, part:other, "
     "municipality:NAME"),
    ("GM0344", "Utrechtt", "line 23: place `yard`: `Utrechtt` is not a municipality; did you "
     "mean `Utrecht`?"),
    ('["day"]', '["dya"]', "line 8: day `day`: `dya` is not a reminder: choose from week, silent, "
     "day, hours"),
    ("start = 11:00:00", "start = 17:00:00", "line 6: place `yard`: `end` is not after `start`"),
    ("25T10:00:00", "25T17:00:00", "line 6: day `day`: `end` is not after `start`"),
    ("2027-09-01T09", "2027-10-01T09", "line 6: day `day`: `end` is not after `publish`"),
    ('"garden"', '"day"', "line 11: place `day`: the key `day` is used twice"),
    ("capacity = 3", "publish = 2027-09-01T09:00:00", "line 18: place `garden`: `publish` is not "
     "known here"),
    ('audience = "members"', "capacity = 3", "line 7: day `day`: `capacity` is not known here"),
    ("[[day.place]]\nkey = \"yard\"", "[day.places]\nkey = \"yard\"", "line 19: day `day`: "
     "`places` is not known here; did you mean `place`?"),
    ("start = 2027-09-25T10:00:00", "start = 10:00:00", "line 5: day `day`: `start` is not a day "
     "and time: write it like 2027-09-28T19:30:00"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), DAY_MISTAKES)
def test_a_mistake_in_a_day_is_told_with_its_line(tmp_path, right, wrong, told):
    assert right in DAY
    assert mistakes(tmp_path, DAY.replace(right, wrong, 1)) == [told]


def test_a_day_has_at_most_a_hundred_places_and_parts(tmp_path):
    many = "".join(f'[[day.place]]\nkey = "p{n}"\ntitle = "P"\n' for n in range(98))
    assert mistakes(tmp_path, DAY + many) == [
        "line 2: day `day`: a day has at most 100 places and parts"
    ]


def test_a_day_is_there_with_its_places_and_parts(world, tmp_path):
    assert put(world, tmp_path, DAY).meetings == 4
    assert world.run(meetings.upcoming, START) == []
    september = datetime(2027, 9, 1, 7, tzinfo=UTC)
    (day,) = world.run(meetings.upcoming, september)
    garden, yard, evening = world.run(days.children, day.id)
    assert [one.kind for one in (day, garden, yard, evening)] == ["day", "place", "place", "part"]
    assert {one.publishes for one in (day, garden, yard, evening)} == {september}
    assert (garden.wall_start, garden.wall_end) == ("2027-09-25T10:00", "2027-09-25T16:00")
    assert (yard.wall_start, yard.wall_end) == ("2027-09-25T11:00", "2027-09-25T16:00")
    assert (evening.wall_start, evening.wall_end) == ("2027-09-25T19:00", "2027-09-25T21:00")
    assert (garden.municipality, garden.latitude, garden.longitude) == ("GM0344", 52.1, 5.0)
    assert (garden.accessibility, garden.host_name, garden.capacity) == (
        "Zonder drempels.", "Noor", 3,
    )  # fmt: skip
    assert [one.audience for one in (garden, yard)] == ["members", "municipality:GM0344"]
    assert [one.reminders for one in (day, garden, yard)] == [["day"], ["day"], []]


def test_who_comes_is_told_when_a_second_import_moves_a_place(world, tmp_path):
    now = datetime(2027, 9, 10, 9, tzinfo=UTC)
    put(world, tmp_path, DAY, now)
    put(world, tmp_path, DAY, now)
    assert world.run(fanout.due, "change", now + timedelta(hours=1)) == []
    put(world, tmp_path, DAY.replace("start = 11", "start = 12"), now)
    (told,) = world.run(fanout.due, "change", now + timedelta(hours=1))
    assert world.run(meetings.find, told.meeting).key == "yard"


def test_a_day_that_is_called_off_takes_its_places_along(world, tmp_path):
    now = datetime(2027, 9, 10, 9, tzinfo=UTC)
    put(world, tmp_path, DAY, now)
    off = DAY.replace('title = "Open deuren"', 'title = "Open deuren"\ncancelled = true')
    put(world, tmp_path, off, now)
    put(world, tmp_path, off, now)
    assert {one.status for one in world.run(days.children, 1)} == {"cancelled"}
    (told,) = world.run(fanout.due, "change", now + timedelta(hours=1))
    assert told.meeting == 1


def test_what_was_set_in_the_chat_is_brought_back_to_the_file(world, tmp_path):
    put(world, tmp_path, GOOD)
    (meeting,) = world.run(meetings.upcoming, START)
    world.run(lambda tx: planning.edit(tx, meeting.id, None, START, capacity=30, host_name="Noor"))
    put(world, tmp_path, GOOD)
    after = world.run(meetings.find, meeting.id)
    assert (after.capacity, after.host_name, after.version) == (20, None, 1)


def test_a_question_that_was_answered_keeps_its_kind(tmp_path):
    world = surveyed(tmp_path)
    other = SURVEY.replace('kind = "number"', 'kind = "open"')
    put(world, tmp_path, other)
    phone = member(world)
    for step in ("/survey", "Housing"):
        phone.types(step)
    wrong = other.replace('"several"', '"one"').replace("at_most = 2\n", "\n")
    with pytest.raises(ImportErrors) as caught:
        put(world, tmp_path, wrong.replace("Wat is dringend", "Iets anders"))
    (told,) = caught.value.mistakes
    line = SURVEY[: SURVEY.index('key = "urgent"')].count("\n")
    assert told == (
        f"line {line}: question `urgent`: it was answered as another kind; give it a new key"
    )
    assert world.run(surveys.questions, 1)[0].text["nl"] == "Wat is dringend?"


def test_days_from_now_count_from_the_day_of_the_import_in_the_zone(world, tmp_path):
    start = "start = { days_from_now = 1, at = 19:30:00 }"
    text = GOOD.replace("start = 2027-09-28T19:30:00", start).replace(
        "2027-09-27T12", "2027-03-02T12"
    )
    late = START.replace(hour=23, minute=30)
    put(world, tmp_path, text, late)
    (meeting,) = world.run(meetings.upcoming, late)
    assert (meeting.wall_start, meeting.wall_end) == ("2027-03-03T19:30", "2027-03-03T21:00")


def test_a_day_from_now_on_which_the_clock_skips_is_refused_whole(world, tmp_path):
    text = GOOD.replace("2027-03-31T21:00:00", "{ days_from_now = 27, at = 02:30:00 }")
    with pytest.raises(ImportErrors, match="line 7: survey `learning`: 2027-03-28 02:30 does not"):
        put(world, tmp_path, text)
    assert world.run(surveys.find, 1) is None


def test_times_that_mix_days_and_dates_are_compared_on_the_day(world, tmp_path):
    text = GOOD.replace("2027-09-27T12:00:00", "{ days_from_now = 300, at = 12:00:00 }")
    with pytest.raises(ImportErrors, match="line 25: meeting `evening`: `end` is not after"):
        put(world, tmp_path, text)


def test_windows_line_ends_and_a_mark_at_the_start_are_read(tmp_path):
    path = tmp_path / "windows.toml"
    wrong = GOOD.replace("capacity = 20", "capacity = 0").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + wrong.encode())
    with pytest.raises(ImportErrors, match="line 26: "):
        importing.read(path)


def test_the_sample_can_be_imported_on_every_day_of_five_years(tmp_path):
    content = importing.read(SAMPLE)
    assert len(content.meetings) == 15
    for later in range(5 * 366):
        day = START.replace(year=2026).date().toordinal() + later
        assert not importing._times(content, datetime.fromordinal(day).date())


def test_the_sample_says_everything_in_dutch_and_english():
    content = importing.read(SAMPLE)
    (one,) = content.surveys
    texts = [one.facts.title, one.facts.intro, one.facts.thanks]
    for question in one.facts.questions:
        texts += [question.text, *question.options.values()]
    assert all(set(text) == {"nl", "en"} for text in texts)
    assert replace(one.facts, questions=[]).key == "learning"
