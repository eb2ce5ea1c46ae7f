"""The settings: every mistake at once, each with its key and what to write."""

import tomllib
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import pytest

from bot import known_settings
from bot.config import ConfigErrors, Settings, load, require_token
from storage import settings as kept
from tests.phone import World

TOKEN = "123456789:AAexampleexampleexampleexample12345"
EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


@pytest.fixture
def write(tmp_path):
    """Write a settings file and give its path."""

    def write(text):
        path = tmp_path / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def mistakes(path, **environ):
    with pytest.raises(ConfigErrors) as caught:
        load(path, environ)
    return caught.value.mistakes


def test_the_example_says_every_default_once(tmp_path):
    written = tomllib.loads(EXAMPLE.read_text())
    for part in fields(Settings):
        assert list(written[part.name]) == [
            key.name for key in fields(getattr(Settings(), part.name))
        ]
    copied = tmp_path / "config.toml"
    copied.write_text(EXAMPLE.read_text())
    assert load(copied, {}).platform == Settings().platform
    assert load(copied, {}).log == Settings().log
    assert load(copied, {}).limits == Settings().limits
    assert load(copied, {}).telegram == Settings().telegram
    assert load(copied, {}).calendar == Settings().calendar
    assert load(copied, {}).announcements == Settings().announcements


def test_each_key_of_the_example_has_one_sentence():
    lines = EXAMPLE.read_text().splitlines()
    for above, line in pairwise(lines):
        if " = " in line:
            assert above.startswith("# ")
            assert above.endswith(".")


def test_nothing_but_a_token_is_needed():
    settings = load(None, {"BUURTBOT_TELEGRAM_TOKEN": TOKEN})
    require_token(settings)
    assert settings.telegram.token == TOKEN
    assert settings.telegram.api_url == "https://api.telegram.org"


def test_the_environment_wins_over_the_file(write):
    path = write('[log]\nlevel = "DEBUG"\n[platform]\nname = "Ons platform"')
    settings = load(path, {"BUURTBOT_LOG_LEVEL": "ERROR", "BUURTBOT_PLATFORM_NAME": ""})
    assert settings.log.level == "ERROR"
    assert settings.platform.name == "Ons platform"


def test_the_environment_gives_numbers_and_lists():
    environ = {
        "BUURTBOT_LIMITS_MESSAGES_PER_SECOND": "12",
        "BUURTBOT_LIMITS_ON": "false",
        "BUURTBOT_PLATFORM_LANGUAGES": "en, nl",
    }
    settings = load(None, environ)
    assert settings.limits.messages_per_second == 12
    assert settings.limits.on is False
    assert settings.platform.languages == ("en", "nl")


def test_the_database_lies_beside_the_file(write, tmp_path):
    path = write('[database]\nurl = "sqlite:///kept/here.db"')
    assert load(path, {}).database.url == f"sqlite:///{tmp_path}/kept/here.db"


def test_an_absolute_database_stays_where_it_is(write):
    path = write('[database]\nurl = "sqlite:////var/lib/buurtbot.db"')
    assert load(path, {}).database.url == "sqlite:////var/lib/buurtbot.db"


def test_every_mistake_is_told_at_once(write):
    path = write(
        """
        [telegram]
        tokn = "x"
        api_url = "api.telegram.org"
        [database]
        url = "mysql://here"
        [platform]
        name = ""
        privacy_contact = "nobody"
        privacy_url = "privacy"
        timezone = "Europe/Amsterdm"
        default_language = "xx"
        languages = "nl"
        [log]
        level = 10
        format = "xml"
        [limits]
        messages_per_second = 0
        [platfrom]
        """
    )
    assert mistakes(path) == [
        "[platfrom]: there is no such section; did you mean platform?",
        "[telegram] tokn: there is no such key; did you mean token?",
        "[telegram] api_url: is not a server's address: write it like https://api.telegram.org",
        "[database] url: is not a database's address: write sqlite:///data/buurtbot.db "
        "or postgresql://user:password@host/name",
        "[platform] name: is empty: write the platform's name",
        "[platform] privacy_contact: is not an e-mail address: write it like privacy@example.org",
        "[platform] privacy_url: is not a page's address: "
        "write it like https://example.org/privacy",
        '[platform] timezone: is not a time zone: did you mean "Europe/Amsterdam"?',
        "[platform] default_language: is not a language that we have: choose from nl, en",
        '[platform] languages: is not a list of languages: write it like ["nl", "en"]',
        "[log] level: is not a text: put it between quotes",
        "[log] format: is not one of text, json: choose from these",
        "[limits] messages_per_second: is out of bounds: write a number from 1 to 1000",
    ]


@pytest.mark.parametrize("value", ["true", "8.0", '"8"', "2026-01-01", "[8]", "1001"])
def test_a_number_is_a_whole_number(write, value):
    (mistake,) = mistakes(write(f"[limits]\nmessages_per_second = {value}"))
    assert mistake.startswith("[limits] messages_per_second: is ")


@pytest.mark.parametrize("value", ["1", '"true"', '"no"'])
def test_a_switch_is_true_or_false(write, value):
    (mistake,) = mistakes(write(f"[limits]\non = {value}"))
    assert mistake == "[limits] on: is not a switch: write true or false, without quotes"


@pytest.mark.parametrize("value", ['["nl", "nl"]', '["nl", 5]', "[]", '["klingon"]'])
def test_languages_are_a_list_of_those_at_hand(write, value):
    (mistake,) = mistakes(write(f"[platform]\nlanguages = {value}"))
    assert mistake.startswith("[platform] languages: ")


def test_the_default_language_is_one_of_the_languages(write):
    path = write('[platform]\nlanguages = ["en"]')
    assert mistakes(path) == ["[platform] default_language: is not in languages: add it there"]


@pytest.mark.parametrize(
    "url", ["http://[", "https://host:port", "https:///path", "ftp://host", "https://a b"]
)
def test_a_broken_address_is_a_mistake(write, url):
    (mistake,) = mistakes(write(f'[telegram]\napi_url = "{url}"'))
    assert mistake.startswith("[telegram] api_url: is not a server's address")


@pytest.mark.parametrize("about", ["a" * 201, "two\\nlines"])
def test_what_the_platform_is_fits_on_a_line(write, about):
    (mistake,) = mistakes(write(f'[platform]\nabout = "{about}"'))
    assert mistake.startswith("[platform] about: ")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://x"])
def test_a_database_is_one_that_lasts(write, url):
    (mistake,) = mistakes(write(f'[database]\nurl = "{url}"'))
    assert mistake.startswith("[database] url: ")


def test_a_file_may_begin_with_a_byte_order_mark(write):
    assert load(write(b'\xef\xbb\xbf[log]\nlevel = "ERROR"'), {}).log.level == "ERROR"


def test_a_key_outside_its_section_is_told(write):
    assert mistakes(write('log = "INFO"')) == [
        "log: is a section: write [log] and its keys below it"
    ]


def test_an_unknown_variable_of_a_section_is_told():
    assert mistakes(None, BUURTBOT_LOG_LEVLE="INFO") == [
        "[log] levle: there is no such key; did you mean level?"
    ]


def test_variables_of_others_are_left_alone():
    assert load(None, {"BUURTBOT_REQUIRE_BROWSER": "1", "PATH": "/bin"}).log == Settings().log


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"[telegram]\ntoken = {TOKEN}", "is not TOML"),
        (b"\xff\xfe\x00", "is not plain text in UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_told_by_name(write, text, told):
    (mistake,) = mistakes(write(text))
    assert told in mistake
    assert "config.toml" in mistake
    assert TOKEN not in mistake


def test_a_missing_file_says_what_to_copy(tmp_path):
    (mistake,) = mistakes(tmp_path / "nothing.toml")
    assert "copy config.example.toml" in mistake


def test_a_folder_is_no_file(tmp_path):
    (mistake,) = mistakes(tmp_path)
    assert "cannot be read" in mistake


@pytest.mark.parametrize("token", ["", "123:short", "my secret bot", "123456789:AA/../secret"])
def test_a_wrong_token_is_described_and_never_repeated(write, token):
    with pytest.raises(ConfigErrors) as caught:
        require_token(load(write(f'[telegram]\ntoken = "{token}"'), {}))
    assert "[telegram] token" in str(caught.value)
    assert "@BotFather" in str(caught.value)
    assert not token or token not in str(caught.value)


def test_another_server_may_have_tokens_of_its_own(write):
    path = write('[telegram]\ntoken = "42:TEST"\napi_url = "http://127.0.0.1:8081/"')
    settings = load(path, {})
    require_token(settings)
    assert settings.telegram.api_url == "http://127.0.0.1:8081"


def test_printed_settings_hold_no_secret():
    environ = {
        "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
        "BUURTBOT_DATABASE_URL": "postgresql://bot:geheim%21@localhost/buurtbot",
    }
    settings = load(None, environ)
    assert "geheim" not in repr(settings)
    assert TOKEN not in repr(settings)
    assert settings.secrets == (TOKEN, "geheim%21", "geheim!")


def test_a_calendar_listens_somewhere_and_is_reached_elsewhere(write):
    path = write('[calendar]\nlisten = "127.0.0.1:8085"\naddress = "https://bot.example.org/x/"')
    calendar = load(path, {}).calendar
    assert calendar.place == ("127.0.0.1", 8085)
    assert calendar.address == "https://bot.example.org/x"
    path = write('[calendar]\nlisten = "[::1]:80"\naddress = "http://localhost:8085"')
    assert load(path, {}).calendar.place == ("::1", 80)


def test_a_calendar_without_an_address_is_a_mistake(write):
    path = write('[calendar]\nlisten = "127.0.0.1:8085"')
    assert mistakes(path) == [
        "[calendar] address is missing: write the address that people reach it by"
    ]


@pytest.mark.parametrize(
    "listen", ["8085", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "a b:80", "host:8٥", ":80"]
)
def test_where_to_listen_is_a_host_and_a_port(write, listen):
    path = write(f'[calendar]\nlisten = "{listen}"\naddress = "https://bot.example.org"')
    assert mistakes(path) == [
        "[calendar] listen: is not a host and a port: write it like 127.0.0.1:8085"
    ]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://bot.example.org", "is not safe"),
        ("https://bot.example.org?x=1", "is more than an address"),
        ("bot.example.org", "is not a page's address"),
    ],
)
def test_a_calendars_address_is_safe_and_bare(write, address, told):
    found = mistakes(write(f'[calendar]\naddress = "{address}"'))
    assert len(found) == 1
    assert found[0].startswith(f"[calendar] address: {told}")


def test_many_people_are_as_many_as_the_settings_say(write):
    path = write("[announcements]\nsecond_person_above = 40\npaid_broadcast = true")
    many = load(path, {}).announcements
    assert (many.second_person_above, many.paid_broadcast) == (40, True)


def test_nobody_may_send_without_a_number_of_people(write):
    path = write('[announcements]\nsecond_person_above = 0\npaid_broadcast = "yes"')
    assert mistakes(path) == [
        "[announcements] second_person_above: is out of bounds: "
        "write a number from 1 to 1000000000",
        "[announcements] paid_broadcast: is not a switch: write true or false, without quotes",
    ]


def test_flows_know_how_many_people_are_many(write):
    world = World([])
    path = write("[announcements]\nsecond_person_above = 40")
    world.run(known_settings.keep, load(path, {}), "wijkbot")
    known = world.run(kept.get, "announcements")
    assert known == {"second_person_above": 40, "paid_broadcast": False}
