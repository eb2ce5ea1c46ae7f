"""What one person has to do with meetings, and the card that they see of one."""

from datetime import timedelta
from functools import partial
from typing import Any

from storage import Database, Tx, cards, involvement, people, planning, rsvps
from storage.meetings import Kind, Meeting, Status
from storage.rsvps import Party
from storage.seats import Why
from tests.storage.planning import NOW, crowd, plan, somebody
from tests.storage.statements import Statements


def mine(tx: Tx, /, person: int, **more: Any) -> list[str]:
    found = involvement.mine(tx, person, NOW, **{"limit": 99, **more})
    return [one.title for one in found]


def full(tx: Tx, key: str = "walk", **known: Any) -> tuple[Meeting, int]:
    """A meeting of one seat, and who has it."""
    made = plan(tx, key, title=key, capacity=1, **known)
    first = somebody(tx, f"first of {key}")
    rsvps.claim(tx, made.id, Party(first, 1), NOW)
    return made, first


def card(tx: Tx, /, meeting: int, person: int, now: Any = NOW) -> cards.Card | None:
    who = people.find(tx, person)
    assert who is not None
    return cards.of(tx, meeting, who, now)


def seen(tx: Tx, /, meeting: int, person: int, now: Any = NOW) -> cards.Card:
    found = card(tx, meeting, person, now)
    assert found is not None
    return found


async def test_mine_are_answers_places_in_line_and_whom_one_brings(db: Database) -> None:
    noor, ali = await db.run(crowd, 2)

    def fill(tx: Tx) -> None:
        rsvps.claim(tx, plan(tx, "a", days=1, title="a").id, Party(noor, 1), NOW)
        rsvps.maybe(tx, plan(tx, "b", days=2, title="b").id, noor, NOW)
        rsvps.withdraw(tx, plan(tx, "c", days=3, title="c").id, noor, NOW)
        rsvps.add_without_phone(tx, plan(tx, "d", days=4, title="d").id, "Bep", noor, NOW)
        rsvps.claim(tx, full(tx, "e", days=5)[0].id, Party(noor, 1), NOW)
        rsvps.claim(tx, plan(tx, "f", days=6, title="f").id, Party(ali, 1), NOW)
        left = full(tx, "g", days=7)[0].id
        rsvps.claim(tx, left, Party(noor, 1), NOW)
        rsvps.withdraw(tx, left, noor, NOW)
        plan(tx, "a", days=-3, title="a")

    await db.run(fill)
    assert await db.read(mine, noor) == ["b", "d", "e"]
    assert await db.read(lambda tx: mine(tx, noor, limit=1, offset=1)) == ["d"]


async def test_offers_are_there_until_they_are_answered_or_over(db: Database) -> None:
    (noor,) = await db.run(crowd, 1)

    def offer(tx: Tx) -> int:
        made, first = full(tx)
        rsvps.claim(tx, made.id, Party(noor, 1), NOW)
        assert involvement.offers(tx, noor, NOW) == []
        rsvps.withdraw(tx, made.id, first, NOW)
        return made.id

    number = await db.run(offer)
    (found,) = await db.read(involvement.offers, noor, NOW)
    assert (found.meeting.id, found.seats) == (number, 1)
    assert await db.read(involvement.offers, noor, found.until) == []
    await db.run(lambda tx: planning.cancel(tx, number, noor, NOW))
    assert await db.read(involvement.offers, noor, NOW) == []


async def test_the_next_day_is_soon_published_and_takes_place(db: Database) -> None:
    async def next_one() -> str | None:
        found = await db.read(involvement.next_day, NOW)
        return found.title if found is not None else None

    await db.run(plan, "walk", days=1)
    await db.run(plan, "far", days=61, kind=Kind.DAY)
    await db.run(plan, "draft", days=2, kind=Kind.DAY, status=Status.DRAFT)
    await db.run(plan, "off", days=3, kind=Kind.DAY, status=Status.CANCELLED)
    await db.run(plan, "past", days=-1, kind=Kind.DAY)
    assert await next_one() is None
    later = await db.run(plan, "later", days=4, kind=Kind.DAY, status=Status.DRAFT, title="later")
    await db.run(planning.publish, later.id, None, NOW, NOW + timedelta(hours=1))
    await db.run(plan, "soon", days=59, title="soon", kind=Kind.DAY)
    assert await next_one() == "soon"


async def test_names_are_those_of_people_who_come_and_want_it(db: Database) -> None:
    made = await db.run(plan)
    who = await db.run(crowd, 4)

    def sign_up(tx: Tx) -> None:
        for number, person in enumerate(who):
            rsvps.claim(tx, made.id, Party(person, 1, f"Name {9 - number}"), NOW)
            rsvps.show_name(tx, made.id, person, number != 1)
        rsvps.withdraw(tx, made.id, who[2], NOW)
        rsvps.add_without_phone(tx, made.id, "Bep", who[0], NOW)

    await db.run(sign_up)
    page = partial(involvement.shown_names, meeting=made.id)
    assert await db.read(partial(page, limit=9)) == ["Name 6", "Name 9"]
    assert await db.read(partial(page, limit=1, offset=1)) == ["Name 9"]


async def test_a_card_tells_what_is_left_for_this_person(db: Database) -> None:
    noor, ali, bo = await db.run(crowd, 3)
    made = await db.run(plan, capacity=3)
    await db.run(rsvps.claim, made.id, Party(noor, 2), NOW)
    first = await db.read(seen, made.id, ali)
    assert (first.coming, first.taken, first.left, first.must_wait) == (2, 2, 1, False)
    await db.run(rsvps.claim, made.id, Party(ali, 2), NOW)
    waiting = await db.read(seen, made.id, ali)
    assert (waiting.line, waiting.place, waiting.offered, waiting.must_wait) == (1, 1, False, True)
    third = await db.read(seen, made.id, bo)
    assert (third.left, third.must_wait) == (0, True), "the free seat is for who waits"
    assert (await db.read(seen, made.id, noor)).left == 2, "and not for who wants more"
    close = made.starts - timedelta(hours=23)
    assert (await db.read(seen, made.id, bo, close)).left == 1


async def test_a_card_knows_the_day_and_the_other_place(db: Database) -> None:
    (noor,) = await db.run(crowd, 1)
    day = await db.run(plan, "day", kind=Kind.DAY)
    one = await db.run(plan, "one", kind=Kind.PLACE, day=day.id)
    two = await db.run(plan, "two", kind=Kind.PLACE, day=day.id)
    await db.run(rsvps.claim, one.id, Party(noor, 1), NOW)
    found = await db.read(seen, two.id, noor)
    assert (found.day, found.elsewhere) == (day, one)
    assert (await db.read(seen, one.id, noor)).elsewhere is None
    assert await db.read(cards.coming_to_day, day.id) == 1
    part = await db.run(plan, "part", kind=Kind.PART, day=day.id)
    await db.run(rsvps.claim, part.id, Party(noor, 3), NOW)
    await db.run(rsvps.add_without_phone, two.id, "Bep", noor, NOW)
    assert await db.read(cards.coming_to_day, day.id) == 2, "a part has numbers of its own"
    assert (await db.read(seen, day.id, noor)).why is Why.DAY


async def test_what_is_not_published_has_a_card_for_who_runs_it_alone(db: Database) -> None:
    noor, host = await db.run(crowd, 2)
    made = await db.run(plan, status=Status.DRAFT)
    assert await db.read(card, made.id, host) is None
    await db.run(planning.edit, made.id, host, NOW, quiet=True, host=host)
    found = await db.read(seen, made.id, host)
    assert (found.visible, found.manages, found.is_open, found.why) == (
        False, True, True, Why.HIDDEN,
    )  # fmt: skip
    assert await db.read(card, made.id, noor) is None
    assert await db.read(card, 999, noor) is None


async def test_nothing_of_this_walks_through_a_table(db: Database, statements: Statements) -> None:
    noor, ali = await db.run(crowd, 2)
    made = await db.run(plan, capacity=1)
    await db.run(rsvps.claim, made.id, Party(ali, 1), NOW)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    with statements.listening():
        await db.run(mine, noor)
        await db.run(involvement.offers, noor, NOW)
        await db.run(involvement.next_day, NOW)
        await db.run(lambda tx: involvement.shown_names(tx, made.id, limit=9))
        await db.run(card, made.id, noor)
        await db.run(cards.coming_to_day, made.id)
    assert await statements.walks({"rsvps", "waiting_list", "people", "meetings"}) == []
