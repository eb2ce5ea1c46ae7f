"""The line for a full meeting: offers in order, with a deadline; near the start at once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import Database, Tx, erasure, people, planning, rsvps, tables, waiting
from storage.meetings import Answer, Status
from storage.rsvps import Closed, Full, Party, Seated, Waiting, Why
from storage.waiting import Gone, Lost, Reason, State, Stuck
from tests.storage.lines import (
    SOON,
    begin_of,
    full,
    holds,
    notices,
    queue,
    sign_off,
    states,
    until,
)  # fmt: skip
from tests.storage.planning import NOW, plan, somebody, wall

TOMORROW = NOW + timedelta(days=1)  # the end of an offer that is made at noon
NIGHT = NOW + timedelta(hours=11)  # eleven in the evening
MORNING = NOW + timedelta(hours=21)  # nine


async def claim(db: Database, meeting: int, person: int, seats: int, now: datetime = NOW) -> Any:
    return await db.run(rsvps.claim, meeting, Party(person, seats), now)


# Lining up, and what comes to who is next.


async def test_who_finds_it_full_stands_in_line_in_the_order_of_coming(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 2)
    assert await claim(db, made.id, bea, 1) == Waiting(1)
    assert await claim(db, made.id, cor, 2) == Waiting(2)
    assert [await db.read(waiting.place, made.id, who) for who in (bea, cor)] == [1, 2]
    assert await db.read(waiting.place, made.id, await db.run(somebody, "ali")) is None
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 1}


async def test_a_freed_seat_is_offered_to_the_first_until_a_deadline(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    assert await db.read(states, made.id) == ["offered", "waiting"]
    assert await db.read(waiting.place, made.id, bea) == 0
    assert await db.read(waiting.place, made.id, cor) == 1
    assert await db.read(until, made.id, bea) == TOMORROW
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 1}
    assert await db.read(notices) == [("offer", bea, NOW)]


async def test_settling_again_changes_nothing(db: Database) -> None:
    made = await db.run(full)
    await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)

    def settle(tx: Tx) -> int:
        waiting.settle(tx, made.id, NOW + SOON)
        return tx.writes

    assert await db.run(settle) == 0


async def test_an_offer_made_at_night_is_told_at_nine_and_holds_from_then(db: Database) -> None:
    made = await db.run(full)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id, now=NIGHT)
    assert await db.read(notices) == [("offer", bea, MORNING)]
    assert await db.read(until, made.id, bea) == MORNING + timedelta(hours=12)


async def test_a_promised_offer_names_what_it_is_about(db: Database) -> None:
    made = await db.run(full)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    entry = await db.read(waiting.entry, made.id, bea)
    row = (await db.read(lambda tx: tx.execute(tables.outbox.select()).all()))[0]
    assert entry is not None
    assert row.key == f"offer:{entry.id}:{NOW.isoformat()}"
    assert row.arguments == {
        "meeting": made.id, "person": bea, "entry": entry.id, "offered": NOW.isoformat(),
    }  # fmt: skip
    assert (row.useful_until, row.lane) == (TOMORROW, "notice")


async def test_nobody_is_passed_over_while_their_party_does_not_fit(db: Database) -> None:
    made = await db.run(full, 2)
    bea, _cor = await db.run(queue, made.id, 2, 1)
    await db.run(sign_off, made.id, 0)
    assert await db.read(states, made.id) == ["waiting", "waiting"]
    stuck = await db.read(waiting.why_nobody_moved, made.id, NOW)
    assert stuck == Stuck(Reason.PARTY_TOO_BIG, seats=2, free=1)
    await db.run(sign_off, made.id, 1)
    assert await db.read(states, made.id) == ["offered", "waiting"]
    assert await db.run(waiting.accept, made.id, bea, NOW) == Seated(2)


async def test_a_party_larger_than_all_seats_together_holds_up_nobody(db: Database) -> None:
    made = await db.run(full, 3)
    await db.run(queue, made.id, 3, 1)
    await db.run(planning.edit, made.id, None, NOW, capacity=2)
    await db.run(sign_off, made.id, 0)
    await db.run(sign_off, made.id, 1)
    assert await db.read(states, made.id) == ["waiting", "offered"]
    await db.run(sign_off, made.id, 2)
    stuck = await db.read(waiting.why_nobody_moved, made.id, NOW)
    assert stuck == Stuck(Reason.PARTY_TOO_BIG, seats=3, free=1)


async def test_who_comes_new_goes_to_the_end_also_when_a_seat_is_free(db: Database) -> None:
    made = await db.run(full, 2)
    await db.run(queue, made.id, 2)
    await db.run(sign_off, made.id)
    dina = await db.run(somebody, "dina")
    assert await claim(db, made.id, dina, 1) == Waiting(2)


async def test_what_is_free_beside_the_offers_can_be_taken(db: Database) -> None:
    made = await db.run(full)
    await db.run(queue, made.id, 1)
    await db.run(planning.edit, made.id, None, NOW, capacity=3)
    dina, eli = await db.run(somebody, "dina"), await db.run(somebody, "eli")
    assert await claim(db, made.id, dina, 1) == Seated(1)
    assert await claim(db, made.id, eli, 1) == Waiting(1)


async def test_who_asks_for_other_numbers_keeps_their_place(db: Database) -> None:
    made = await db.run(full, 3)
    bea, cor = await db.run(queue, made.id, 1, 1)
    assert await claim(db, made.id, bea, 2) == Waiting(1)
    await db.run(sign_off, made.id)
    assert await db.read(states, made.id) == ["waiting", "waiting"]
    assert await claim(db, made.id, bea, 1) == Seated(1)
    assert await db.read(states, made.id) == ["accepted", "waiting"]
    assert await db.read(waiting.place, made.id, cor) == 1
    assert await db.read(notices) == []


async def test_a_maybe_or_no_from_before_makes_way_for_the_place_in_line(db: Database) -> None:
    made = await db.run(full)
    noor = await db.run(somebody)
    await db.run(rsvps.maybe, made.id, noor, NOW)
    assert await claim(db, made.id, noor, 1) == Waiting(1)
    assert await db.read(rsvps.find, made.id, noor) is None
    counted = await db.read(rsvps.counts, made.id)
    assert (counted.yes, counted.maybe, counted.waiting) == (1, 0, 1)


# Taking the offer, or not.


async def test_accepting_gives_the_seats_and_pressing_again_says_so(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    for _ in range(2):
        assert await db.run(waiting.accept, made.id, bea, NOW + SOON) == Seated(1)
    assert await db.read(states, made.id) == ["accepted", "waiting"]
    assert await db.run(waiting.accept, made.id, cor, NOW) == Gone(Lost.MOVED)
    kept = await db.read(rsvps.find, made.id, bea)
    assert kept is not None
    assert (kept.answer, kept.name) == (Answer.YES, f"P{bea}")


async def test_the_ordinary_yes_takes_the_offer_too(db: Database) -> None:
    made = await db.run(full, 3)
    bea, _cor = await db.run(queue, made.id, 2, 1)
    await db.run(sign_off, made.id, 0)
    await db.run(sign_off, made.id, 1)
    assert await claim(db, made.id, bea, 3) == Full(2)
    assert await db.read(states, made.id) == ["offered", "waiting"]
    assert await claim(db, made.id, bea, 1) == Seated(1)
    assert await db.read(states, made.id) == ["accepted", "offered"]


async def test_at_its_end_an_offer_goes_on_to_the_next_without_any_tick(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    assert await db.run(waiting.accept, made.id, bea, TOMORROW) == Gone(Lost.EXPIRED)
    assert await db.read(states, made.id) == ["expired", "offered"]
    assert await db.read(until, made.id, cor) == TOMORROW + timedelta(days=1)
    told = [(kind, person) for kind, person, _due in await db.read(notices)]
    assert told == [("offer", bea), ("offer_expired", bea), ("offer", cor)]


async def test_a_moment_before_its_end_it_can_still_be_taken(db: Database) -> None:
    made = await db.run(full)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    almost = TOMORROW - timedelta(microseconds=1)
    assert await db.run(waiting.accept, made.id, bea, almost) == Seated(1)


@pytest.mark.parametrize("way", ["expired", "declined", "left"])
async def test_nobody_is_offered_again_what_they_let_go(db: Database, way: str) -> None:
    made = await db.run(full)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    if way == "expired":
        await db.run(waiting.settle, made.id, TOMORROW)
    else:
        verb = waiting.decline if way == "declined" else waiting.leave
        assert await db.run(verb, made.id, bea, NOW) is True
        assert await db.run(verb, made.id, bea, NOW) is False
    await db.run(waiting.settle, made.id, TOMORROW)
    assert await db.read(states, made.id) == [way]
    assert await db.read(waiting.entry, made.id, bea) is None
    lost = Lost.EXPIRED if way == "expired" else Lost.DECLINED
    assert await db.run(waiting.accept, made.id, bea, TOMORROW) == Gone(lost)
    assert await claim(db, made.id, bea, 1, TOMORROW) == Seated(1)


async def test_who_lines_up_again_stands_at_the_end(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(waiting.leave, made.id, bea, NOW)
    assert await claim(db, made.id, bea, 1) == Waiting(2)
    assert await db.read(states, made.id) == ["left", "waiting", "waiting"]
    assert await db.read(waiting.place, made.id, cor) == 1


async def test_declining_only_ends_an_offer_and_is_found_back(db: Database) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    assert await db.run(waiting.decline, made.id, bea, NOW) is False
    await db.run(sign_off, made.id)
    assert await db.run(waiting.decline, made.id, bea, NOW) is True
    assert await db.read(states, made.id) == ["declined", "offered"]
    assert [one.id for one in await db.read(rsvps.declined, bea, NOW)] == [made.id]
    assert await db.run(waiting.leave, made.id, cor, NOW) is True
    assert await db.read(states, made.id) == ["declined", "left"]


@pytest.mark.parametrize("give_up", [rsvps.maybe, rsvps.withdraw])
async def test_signing_off_leaves_the_line_and_passes_an_offer_on(
    db: Database, give_up: Any
) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    assert await db.run(give_up, made.id, bea, NOW) is None
    assert await db.read(states, made.id) == ["left", "offered"]
    assert await db.read(waiting.place, made.id, cor) == 0


# Within a day of the start.


async def test_near_the_start_the_next_is_moved_up_at_once(db: Database) -> None:
    made = await db.run(full, days=1)
    near = made.starts - timedelta(hours=24)
    bea, cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id, now=near)
    assert await db.read(states, made.id) == ["moved_up", "waiting"]
    assert await db.read(holds, bea, made.id) == [1]
    assert await db.read(notices) == [("moved_up", bea, near)]
    assert await db.run(waiting.accept, made.id, bea, near) == Seated(1)
    await db.run(rsvps.withdraw, made.id, bea, near + SOON)
    assert await db.read(holds, cor, made.id) == [1]


async def test_a_moment_earlier_it_is_offered(db: Database) -> None:
    made = await db.run(full, days=2)
    await db.run(queue, made.id, 1)
    before = made.starts - timedelta(hours=24, seconds=1)
    await db.run(sign_off, made.id, now=before)
    assert await db.read(states, made.id) == ["offered"]


async def test_near_the_start_all_that_fit_are_seated_in_their_order(db: Database) -> None:
    made = await db.run(full, 4, days=1)
    near = made.starts - timedelta(hours=20)
    await db.run(queue, made.id, 3, 1, 2, 1)

    def two_sign_off(tx: Tx) -> None:
        sign_off(tx, made.id, 0, near)
        sign_off(tx, made.id, 1, near)

    await db.run(two_sign_off)
    assert await db.read(states, made.id) == ["waiting", "moved_up", "waiting", "moved_up"]


async def test_near_the_start_who_fits_is_seated_before_a_larger_party(db: Database) -> None:
    made = await db.run(full, 2, days=1)
    near = made.starts - timedelta(hours=20)
    await db.run(queue, made.id, 3)
    await db.run(sign_off, made.id, now=near)
    dina, eli = await db.run(somebody, "dina"), await db.run(somebody, "eli")
    assert await claim(db, made.id, dina, 2, near) == Waiting(2)
    assert await claim(db, made.id, eli, 1, near) == Seated(1)


async def test_an_offer_from_before_still_holds_near_the_start(db: Database) -> None:
    made = await db.run(full, days=2)
    bea, cor = await db.run(queue, made.id, 1, 1)
    late = made.starts - timedelta(hours=25)
    await db.run(sign_off, made.id, now=late)
    await db.run(waiting.settle, made.id, late + timedelta(hours=2))
    assert await db.read(states, made.id) == ["offered", "waiting"]
    passed = await db.read(until, made.id, bea)
    await db.run(waiting.settle, made.id, passed)
    assert await db.read(states, made.id) == ["expired", "moved_up"]
    assert await db.read(holds, cor, made.id) == [1]


async def test_at_night_they_hear_at_nine_unless_it_starts_soon_after(db: Database) -> None:
    evening = await db.run(full, days=1)
    morning = await db.run(
        full, key="early", start=wall("2027-03-02T10:30"), end=wall("2027-03-02T12:00")
    )
    for made in (evening, morning):
        await db.run(queue, made.id, 1)
        await db.run(sign_off, made.id, now=NIGHT)
    assert [due for _kind, _person, due in await db.read(notices)] == [MORNING, NIGHT]


async def test_nothing_moves_once_it_has_begun(db: Database) -> None:
    made = await db.run(full, days=1)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(lambda tx: tx.execute(tables.rsvps.delete()))
    await db.run(waiting.settle, made.id, made.starts)
    assert await db.read(states, made.id) == ["waiting"]
    assert await db.run(waiting.accept, made.id, bea, made.starts) == Closed(Why.BEGUN)
    assert await db.read(waiting.due, made.starts) == []


async def test_nobody_hears_of_an_offer_that_passed_once_it_has_begun(db: Database) -> None:
    made = await db.run(full, days=2)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    await db.run(waiting.settle, made.id, made.starts)
    assert await db.read(states, made.id) == ["expired"]
    assert await db.read(notices) == [("offer", bea, NOW)]


# Capacity, changes, and an end.


async def test_more_room_moves_the_line(db: Database) -> None:
    made = await db.run(full)
    await db.run(queue, made.id, 1, 2, 1)
    await db.run(planning.edit, made.id, None, NOW, capacity=3)
    assert await db.read(states, made.id) == ["offered", "waiting", "waiting"]
    await db.run(planning.edit, made.id, None, NOW, capacity=None)
    assert await db.read(states, made.id) == ["offered"] * 3


async def test_less_room_takes_nothing_from_anybody(db: Database) -> None:
    made = await db.run(full, 3)
    bea, _cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id, 0)
    await db.run(planning.edit, made.id, None, NOW, capacity=1)
    assert await db.read(states, made.id) == ["offered", "waiting"]
    assert await db.run(waiting.accept, made.id, bea, NOW) == Seated(1)
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 3}
    await db.run(sign_off, made.id, 1)
    await db.run(sign_off, made.id, 2)
    assert await db.read(states, made.id) == ["accepted", "waiting"]
    await db.run(rsvps.withdraw, made.id, bea, NOW)
    assert await db.read(states, made.id) == ["accepted", "offered"]


async def test_who_has_seats_takes_no_more_while_others_wait(db: Database) -> None:
    made = await db.run(full, 3, days=2)
    ali = await db.run(somebody, "host 0")
    await db.run(queue, made.id, 2)
    await db.run(sign_off, made.id, 1)
    assert await claim(db, made.id, ali, 2) == Full(1)
    near = made.starts - timedelta(hours=23)
    assert await claim(db, made.id, ali, 3, near) == Full(2)
    assert await claim(db, made.id, ali, 2, near) == Seated(2)


async def test_a_cancelled_meeting_has_no_line(db: Database) -> None:
    made = await db.run(full)
    bea, _cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    await db.run(planning.cancel, made.id, None, NOW)
    assert await db.read(states, made.id) == ["revoked", "revoked"]
    assert await db.run(waiting.accept, made.id, bea, NOW) == Closed(Why.CANCELLED)
    assert await db.read(waiting.why_nobody_moved, made.id, NOW) == Stuck(Reason.CLOSED)
    assert await db.read(waiting.due, NOW) == []


async def test_a_meeting_that_moves_is_offered_anew_in_the_same_order(db: Database) -> None:
    made = await db.run(full, days=3)
    bea, _cor = await db.run(queue, made.id, 1, 1)
    await db.run(sign_off, made.id)
    later = NOW + SOON
    await db.run(planning.edit, made.id, None, later, start=wall("2027-03-02T21:00"))
    assert await db.read(states, made.id) == ["offered", "waiting"]
    entry = await db.read(waiting.entry, made.id, bea)
    assert entry is not None
    assert entry.offered == later
    assert entry.offer_until is not None
    assert entry.offer_until < TOMORROW
    assert len(await db.read(notices)) == 2


async def test_moved_to_tomorrow_morning_the_next_is_seated(db: Database) -> None:
    made = await db.run(full, days=3)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    await db.run(planning.edit, made.id, None, NOW, start=wall("2027-03-02T10:00"))
    assert await db.read(states, made.id) == ["moved_up"]
    assert await db.read(holds, bea, made.id) == [1]


async def test_a_seat_that_was_given_has_the_version_that_was_seen(db: Database) -> None:
    made = await db.run(full, days=1)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(planning.edit, made.id, None, NOW, place="Elsewhere")
    near = made.starts - timedelta(hours=20)
    await db.run(sign_off, made.id, now=near)
    said = await db.read(rsvps.find, made.id, bea)
    assert said is not None
    assert said.version == 1
    assert await db.run(rsvps.confirm, made.id, bea, near) == Seated(1)
    said = await db.read(rsvps.find, made.id, bea)
    assert said is not None
    assert said.version == 2


async def test_the_deadline_for_signing_up_does_not_stop_the_line(db: Database) -> None:
    made = await db.run(full, deadline=wall("2027-03-01T13:00"))
    bea, cor = await db.run(queue, made.id, 1, 1)
    late = NOW + timedelta(hours=2)
    dina = await db.run(somebody, "dina")
    assert await claim(db, made.id, dina, 1, late) == Closed(Why.DEADLINE)
    assert await claim(db, made.id, cor, 1, late) == Waiting(2)
    assert await claim(db, made.id, cor, 2, late) == Closed(Why.DEADLINE)
    await db.run(sign_off, made.id, now=late)
    assert await db.read(states, made.id) == ["offered", "waiting"]
    assert await db.run(waiting.accept, made.id, bea, late) == Seated(1)
    await db.run(rsvps.withdraw, made.id, bea, late)
    assert await claim(db, made.id, cor, 1, late) == Seated(1)


@pytest.mark.parametrize("offered", [True, False])
async def test_somebody_erased_makes_way_for_the_next(db: Database, offered: bool) -> None:
    made = await db.run(full)
    bea, cor = await db.run(queue, made.id, 1, 1)
    if offered:
        await db.run(sign_off, made.id)
    person = await db.read(people.find, bea)
    assert person is not None
    await db.run(erasure.erase, bea, person.chat, NOW)
    assert await db.read(waiting.place, made.id, cor) == 1
    (due,) = await db.read(waiting.due, NOW)
    await db.run(waiting.settle, due, NOW)
    assert await db.read(states, made.id) == (["offered"] if offered else ["waiting"])


# What those who run it see.


async def test_it_can_be_told_why_nobody_moved(db: Database) -> None:
    made = await db.run(full)

    async def why(now: datetime = NOW) -> Stuck:
        return await db.read(waiting.why_nobody_moved, made.id, now)

    assert await why() == Stuck(Reason.NOBODY_WAITS)
    bea, cor = await db.run(queue, made.id, 1, 1)
    assert await why() == Stuck(Reason.NO_SEAT)
    await db.run(sign_off, made.id)
    assert await why() == Stuck(Reason.OFFERED, bea, f"P{bea}", TOMORROW)
    assert await why(TOMORROW) == Stuck(Reason.SOON)
    await db.run(waiting.settle, made.id, TOMORROW)
    assert (await why(TOMORROW)).person == cor
    assert await why(made.starts) == Stuck(Reason.CLOSED)


async def test_what_the_next_settling_does_is_not_held_against_anybody(db: Database) -> None:
    made = await db.run(full, 2, days=1)
    await db.run(queue, made.id, 3, 1)
    await db.run(lambda tx: tx.execute(tables.rsvps.delete().where(tables.rsvps.c.id == 1)))
    near = made.starts - timedelta(hours=20)
    assert (await db.read(waiting.why_nobody_moved, made.id, near)).reason == Reason.SOON
    await db.run(waiting.settle, made.id, near)
    assert (await db.read(waiting.why_nobody_moved, made.id, near)).reason == Reason.NO_SEAT


async def test_the_line_is_listed_in_its_order_by_pages(db: Database) -> None:
    made = await db.run(full)
    everybody = await db.run(queue, made.id, 1, 2, 1)
    await db.run(sign_off, made.id)
    await db.run(lambda tx: people.change(tx, everybody[1], name="Cor"))
    await db.run(lambda tx: tx.execute(tables.waiting_list.update().values(name=None)))
    listed = await db.read(waiting.line, made.id, 2)
    assert [(one.person, one.seats, one.state) for one in listed] == [
        (everybody[0], 1, State.OFFERED), (everybody[1], 2, State.WAITING),
    ]  # fmt: skip
    assert [one.name for one in listed] == [None, "Cor"]
    rest = await db.read(waiting.line, made.id, 2, 2)
    assert [one.person for one in rest] == everybody[2:]
    assert await db.read(waiting.length, made.id) == 3


async def test_who_forgets_their_profile_is_still_known_in_the_line(db: Database) -> None:
    made = await db.run(full)
    noor = await db.run(somebody)
    await db.run(people.join, noor, NOW, {"name": "Noor"})
    await claim(db, made.id, noor, 1)
    await db.run(people.drop_profile, noor)
    assert [one.name for one in await db.read(waiting.line, made.id, 9)] == ["Noor"]


async def test_what_is_due_are_the_lines_of_what_is_to_come(db: Database) -> None:
    late, soon, off, empty = [
        await db.run(full, key=key, days=days)
        for key, days in (("late", 9), ("soon", 2), ("off", 3), ("empty", 1))
    ]
    for made in (late, soon, off):
        await db.run(queue, made.id, 1)
    called_off = tables.meetings.update().where(tables.meetings.c.id == off.id)
    await db.run(lambda tx: tx.execute(called_off.values(status=Status.CANCELLED)))
    assert await db.read(waiting.due, NOW) == [soon.id, late.id]
    assert await db.read(waiting.due, await db.read(begin_of, soon.id)) == [late.id]
    assert await db.read(waiting.length, empty.id) == 0


async def test_a_line_without_a_limit_cannot_form(db: Database) -> None:
    made = await db.run(plan)
    assert await claim(db, made.id, await db.run(somebody), 5) == Seated(5)
    await db.run(waiting.settle, made.id, NOW)
    assert await db.read(states, made.id) == []
