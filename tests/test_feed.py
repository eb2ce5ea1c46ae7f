"""Private calendars over real HTTP: who gets what, and that no token is ever written down."""

import asyncio
import logging
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import icalendar
import pytest

import handlers
from bot import feed, logs
from storage import Database, feeds, meetings, people, rsvps, settings, tables
from storage.errors import Unavailable
from storage.meetings import MeetingFacts
from storage.migrate import migrate_sqlite
from storage.rsvps import Party

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
MAKE = next(maker.run for maker in handlers.MAKERS if maker.name == "feed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Served:
    """A feed that is served, and somebody whose calendar it is."""

    def __init__(self, database: Database, port: int, session: aiohttp.ClientSession) -> None:
        self.db = database
        self.port = port
        self.session = session
        self.token = ""
        self.noor = 0

    def address(self, token: str) -> str:
        return f"http://127.0.0.1:{self.port}/calendar/{token}.ics"

    async def asks(
        self, token: str = "", method: str = "GET", **headers: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of the answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.address(token or self.token)
        async with self.session.request(method, url, headers=named) as answer:
            return answer.status, answer.headers.copy(), await answer.read()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables, to be copied."""
    path = tmp_path_factory.mktemp("ready") / "ready.db"
    migrate_sqlite(path)
    return path


@pytest.fixture
async def served(ready: Path, tmp_path: Path) -> AsyncIterator[Served]:
    path = shutil.copyfile(ready, tmp_path / "buurtbot.db")
    database = await Database.open(f"sqlite:///{path}", migrate=False)
    port = free_port()
    runner = await feed.serve(feed.Shelf(database, MAKE, lambda: NOW), "127.0.0.1", port)
    async with aiohttp.ClientSession() as session:
        it = Served(database, port, session)
        it.noor, it.token = await database.run(_sign_up)
        yield it
    await runner.cleanup()
    await database.close()


def _sign_up(tx: Any) -> tuple[int, str]:
    settings.put(tx, "username", "buurtbot")
    noor = people.arrive(tx, "telegram:noor", "nl", NOW).id
    rsvps.claim(tx, _plan(tx).id, Party(noor, 1), NOW)
    return noor, feeds.make(tx, noor, NOW)


def _plan(tx: Any, title: str = "Een wandeling") -> meetings.Meeting:
    start = datetime.fromisoformat("2027-03-15T19:30")
    facts = MeetingFacts(key="walk", title=title, start=start, end=start + timedelta(hours=2))
    return meetings.put(tx, facts, NOW)


async def test_a_calendar_is_served_to_who_has_its_address(served: Served) -> None:
    status, headers, body = await served.asks()
    assert status == 200
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Cache-Control"] == "private, max-age=900"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Server"] == "buurtbot"
    assert int(headers["Content-Length"]) == len(body)
    [event] = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert event["SUMMARY"] == "Een wandeling"


async def test_who_asks_again_gets_it_only_when_it_changed(served: Served) -> None:
    _status, headers, _body = await served.asks()
    tag = headers["ETag"]
    for same in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        status, again, body = await served.asks(If_None_Match=same)
        assert (status, body, again["ETag"]) == (304, b"", tag)
        assert again["Cache-Control"] == "private, max-age=900"
    assert (await served.asks(If_None_Match='"other"'))[0] == 200
    await served.db.run(_plan, "Een langere wandeling")
    status, headers, _body = await served.asks(If_None_Match=tag)
    assert status == 200
    assert headers["ETag"] != tag


async def test_asking_for_the_head_gives_no_body(served: Served) -> None:
    _status, full, body = await served.asks()
    status, headers, nothing = await served.asks(method="HEAD")
    assert (status, nothing) == (200, b"")
    assert headers["ETag"] == full["ETag"]
    assert headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    "wrong",
    ["x" * 32, "x", "x" * 5000, "%00", "%2e%2e%2fsecret", "é", "a b", "'; DROP TABLE feeds; --"],
)
async def test_every_wrong_address_is_answered_alike(served: Served, wrong: str) -> None:
    status, headers, body = await served.asks(wrong)
    assert (status, body) == (404, b"")
    assert set(headers) == {"Cache-Control", "Content-Length", "Date", "Server"}
    assert (headers["Cache-Control"], headers["Server"]) == ("no-store", "buurtbot")


async def test_other_paths_and_methods_give_nothing(served: Served) -> None:
    for path in ("/", "/calendar/", f"/calendar/{served.token}", f"/x/{served.token}.ics"):
        async with served.session.get(f"http://127.0.0.1:{served.port}{path}") as answer:
            assert (answer.status, await answer.read()) == (404, b"")
    assert (await served.asks(method="POST"))[::2] == (405, b"")
    assert (await served.asks(method="DELETE"))[::2] == (405, b"")


async def test_who_blocked_the_bot_keeps_it_and_who_is_erased_does_not(served: Served) -> None:
    await served.db.run(people.set_reachable, "telegram:noor", reachable=False)
    assert (await served.asks())[0] == 200
    gone = tables.people.delete().where(tables.people.c.id == served.noor)
    await served.db.run(lambda tx: tx.execute(gone))
    status, _headers, body = await served.asks()
    assert (status, body) == (404, b"")


async def test_an_address_that_was_replaced_or_stopped_gives_nothing(served: Served) -> None:
    new = await served.db.run(feeds.make, served.noor, NOW)
    assert (await served.asks())[0] == 404
    assert (await served.asks(new))[0] == 200
    await served.db.run(feeds.drop, served.noor)
    assert (await served.asks(new))[0] == 404


async def test_who_guesses_is_stopped_and_others_are_not(served: Served) -> None:
    answers = [(await served.asks("x" * 32, X_Forwarded_For="9.9.9.9"))[0] for _ in range(20)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert (await served.asks(X_Forwarded_For="9.9.9.9"))[0] == 429
    assert (await served.asks(X_Forwarded_For="9.9.9.9, 8.8.8.8"))[0] == 200
    assert (await served.asks())[0] == 200


async def test_an_address_may_be_asked_for_often(served: Served) -> None:
    answers = [(await served.asks())[0] for _ in range(100)]
    assert set(answers) == {200}


def test_visitors_get_back_what_they_used_and_take_no_room() -> None:
    now = 0.0
    visitors = feed.Visitors(lambda: now)
    assert [visitors.may_ask("a") for _ in range(121)] == [True] * 120 + [False]
    now += 0.4
    assert not visitors.may_ask("a")
    now += 0.2
    assert visitors.may_ask("a")
    assert not visitors.may_ask("a")
    now += 1000
    assert [visitors.may_ask("a") for _ in range(121)] == [True] * 120 + [False]
    for number in range(feed.MOST_VISITORS + 50):
        visitors.may_ask(str(number))
    assert len(visitors) == feed.MOST_VISITORS
    assert visitors.may_ask("a")  # forgotten, so new


def busy(_tx: Any, _arguments: Any) -> bytes:
    raise Unavailable("locked")


def broken(_tx: Any, arguments: Any) -> bytes:
    raise ValueError(arguments["token"])


@pytest.mark.parametrize(("make", "expected"), [(busy, 503), (broken, 500)])
async def test_trouble_is_told_without_a_word(
    served: Served, make: feed.Make, expected: int
) -> None:
    async with other_feed(served.db, make) as port:
        served.port = port
        status, headers, body = await served.asks()
        assert (status, body) == (expected, b"")
        assert headers["Cache-Control"] == "no-store"


@asynccontextmanager
async def other_feed(database: Database, make: feed.Make) -> AsyncIterator[int]:
    """The port of another feed, for as long as it is needed."""
    port = free_port()
    runner = await feed.serve(feed.Shelf(database, make, lambda: NOW), "127.0.0.1", port)
    try:
        yield port
    finally:
        await runner.cleanup()


async def test_a_port_that_is_taken_is_told(served: Served) -> None:
    with pytest.raises(feed.CannotListen, match=rf"127\.0\.0\.1:{served.port} cannot be"):
        await feed.serve(feed.Shelf(served.db, MAKE, lambda: NOW), "127.0.0.1", served.port)


async def test_no_token_is_in_any_log(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.set_up("DEBUG")
    for name in ("aiohttp", "aiosqlite", "asyncio", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    secret = "secretsecretsecretsecretsecret12"
    try:
        for token in (served.token, secret, f"{secret}%0d%0a"):
            await served.asks(token)
        await _broken_requests(served.port, secret)
        async with other_feed(served.db, broken) as port:
            await _broken_requests(port, secret)
        await served.db.close()
        await served.asks(secret)
        await asyncio.sleep(0.05)
    finally:
        root.handlers[:], root.level = before
    written = "".join(capfd.readouterr())
    assert "no calendar" in written
    assert served.token not in written
    assert secret not in written


async def _broken_requests(port: int, secret: str) -> None:
    """What no client of ours would send: no HTTP at all, a bad version, a header too long."""
    for request in (
        f"GET /calendar/{secret}.ics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        f"{secret}\r\n\r\n",
        f"GET /calendar/{secret}.ics HTTP/9.9\r\n\r\n",
        f"GET /calendar/{secret}.ics HTTP/1.1\r\nX: {'y' * 20_000}\r\n\r\n",
        f"GET /calendar/{secret}\x00.ics HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /calendar/{secret}.ics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request.encode())
        await reader.read(1000)
        writer.close()
