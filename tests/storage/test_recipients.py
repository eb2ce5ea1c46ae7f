"""Recipients: one row a person, made once, and every outcome booked once."""

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, event, func, insert, select, text, update

from storage import Database, Tx, erasure, gate, outbox, people, recipients, sendings, tables
from storage import settings as house
from storage.gate import Later, Pass, Refused
from storage.outbox import Lane
from storage.recipients import Gone
from storage.sendings import Sending, State, Why
from tests.storage.announcing import (
    again,
    asked,
    begun,
    content,
    coordinator,
    end,
    go_out,
    promised,
    readers,
    rows,
    spread,
)
from tests.storage.planning import NOW
from tests.storage.statements import Statements
from tests.storage.sums import wrong_sums

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)
NIGHT = datetime.fromisoformat("2027-03-01T22:30:00+00:00")
MORNING = datetime.fromisoformat("2027-03-02T08:00:00+00:00")


ANYBODY_WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def change(tx: Tx, number: int, /, **values: Any) -> None:
    tx.execute(update(tables.people).where(tables.people.c.id == number).values(**values))


def hold(tx: Tx, messages: Sequence[int], until: datetime = LATER, why: str = "pause") -> None:
    """As the outbox does with what the gate held back."""
    row = tables.outbox.c
    tx.execute(update(tables.outbox).where(row.id.in_(messages)).values(due=until, error=why))


def allowed(tx: Tx, messages: Sequence[int], now: datetime = NOW) -> list[Any]:
    return list(recipients.allowed(tx, asked(tx, messages), now))


def languages(tx: Tx, one: Sending) -> dict[int, str]:
    row = tables.recipients.c
    found = select(row.person, row.language).where(row.sending == one.id)
    return {each.person: each.language for each in tx.execute(found)}


async def test_those_who_want_it_and_can_be_reached_are_written_down_once(db: Database) -> None:
    wanting = await db.run(readers, 3)
    await db.run(readers, 2, wants_news=False)
    await db.run(readers, 2, reachable=False)
    one = await db.run(begun)
    while await db.run(recipients.spread, one, NOW, 2):
        assert await db.run(wrong_sums) == []
    assert sorted(await db.run(rows, one)) == wanting
    assert await db.run(recipients.spread, one, NOW) == 0
    assert (await db.run(again, one)).total == 3


async def test_gaps_in_the_numbers_take_no_pages(db: Database) -> None:
    await db.run(readers, 1)
    await db.run(readers, 1, id=5_000_000)
    one, pages = await db.run(begun), 0
    while await db.run(recipients.spread, one, NOW, 10):
        pages += 1
    assert pages == 2
    assert (await db.run(again, one)).total == 2


async def test_each_gets_their_language_or_the_first_of_the_platform(db: Database) -> None:
    (dutch,) = await db.run(readers, 1)
    (english,) = await db.run(readers, 1, language="en")
    (turkish,) = await db.run(readers, 1, language="tr")
    one = await db.run(begun, content=content("en", "nl"))
    await db.run(spread, one)
    assert await db.run(languages, one) == {dutch: "nl", english: "en", turkish: "nl"}
    await db.run(house.put, "platform", {"languages": ["en", "nl"]})
    other = await db.run(begun, content=content("nl", "en"))
    await db.run(spread, other)
    assert (await db.run(languages, other))[turkish] == "en"


async def test_a_filter_and_an_exclusion_decide_who_is_meant(db: Database) -> None:
    (wanted,) = await db.run(readers, 1, municipality="GM0344")
    await db.run(readers, 1, municipality="GM0344", part="official")
    await db.run(readers, 1, municipality="GM0356")
    audience = {"only": [["municipality", "GM0344"]], "but": [["part", "official"]]}
    one = await db.run(begun, audience=audience)
    await db.run(spread, one)
    assert list(await db.run(rows, one)) == [wanted]


async def test_no_more_than_a_window_is_promised(db: Database) -> None:
    await db.run(readers, recipients.WINDOW + 100)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    assert len(messages) == recipients.WINDOW
    assert await db.run(recipients.feed, one, NOW) == 0
    await db.run(go_out, messages[:30])
    await db.run(recipients.gather, one, NOW)
    assert await db.run(recipients.feed, one, NOW) == 30


async def test_what_is_paid_for_goes_in_its_own_lane_and_a_larger_window(db: Database) -> None:
    await db.run(readers, recipients.WINDOW + 100)
    one = await db.run(spread, await db.run(begun, paid=True))
    assert len(await db.run(promised, one)) == recipients.WINDOW + 100
    lanes = select(tables.outbox.c.lane).distinct()
    assert await db.run(lambda tx: list(tx.execute(lanes).scalars())) == [Lane.PAID]


async def test_a_promise_says_whose_it_is_and_until_when_it_is_of_use(db: Database) -> None:
    (reader,) = await db.run(readers, 1)
    one = await db.run(spread, await db.run(begun, useful_until=LATER))
    (message,) = await db.run(promised, one)
    found = select(tables.outbox).where(tables.outbox.c.id == message)
    row = await db.run(lambda tx: tx.execute(found).one())
    assert row.key == f"announcement:{one.announcement}:{reader}"
    assert row.arguments["template"] == recipients.template(one.id, "nl")
    assert (row.useful_until, row.about) == (LATER, f"announcement:{one.announcement}")


async def test_who_was_passed_by_and_opened_again_is_found_far_back(db: Database) -> None:
    await db.run(readers, 2_500)
    one = await db.run(spread, await db.run(begun))
    row = tables.recipients.c
    done = update(tables.recipients).where(row.person != 2_400).values(state="sent")
    await db.run(lambda tx: tx.execute(done).rowcount)
    await db.run(sendings.set_columns, one.id, open=1, sent=2_499, fed_to=0)
    assert await db.run(recipients.feed, one, NOW) == 1
    assert (await db.run(again, one)).fed_to == 2_000
    assert len(await db.run(promised, one)) == 1


async def test_news_is_not_fed_at_night_and_a_correction_is(db: Database) -> None:
    await db.run(readers, 2)
    one = await db.run(spread, await db.run(begun))
    assert await db.run(recipients.feed, one, NIGHT) == 0
    assert await db.read(sendings.next_look, NIGHT) == MORNING
    assert await db.read(sendings.next_look, NOW) is None
    await db.run(go_out, await db.run(promised, one))
    await db.run(recipients.gather, one, NOW)
    by = await db.run(coordinator)
    made = await db.run(sendings.correct, one.announcement, content(text="b"), by, NIGHT)
    run = await db.run(sendings.find, made or 0)
    assert run is not None
    assert await db.run(recipients.feed, await db.run(spread, run), NIGHT) == 2


async def test_what_was_begun_at_night_on_purpose_goes_at_night(db: Database) -> None:
    await db.run(readers, 1)
    by_day = await db.run(spread, await db.run(begun, purpose="service"))
    by_night = await db.run(spread, await db.run(begun, purpose="service", now=NIGHT))
    assert await db.run(recipients.feed, by_day, NIGHT) == 0
    assert await db.run(recipients.feed, by_night, NIGHT) == 2
    await db.run(recipients.feed, by_day, NOW)
    messages = [(await db.run(promised, one))[0] for one in (by_night, by_day)]
    night, day = await db.run(allowed, messages, NIGHT)
    assert night == Pass()
    assert isinstance(day, Later)
    assert day.at == MORNING


async def test_every_outcome_is_booked_with_its_reason(db: Database) -> None:
    numbers = await db.run(readers, 8)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    ends: list[tuple[outbox.State, str | None]] = [
        (outbox.State.REFUSED, "Bad Request"), (outbox.State.UNREACHABLE, "blocked"),
        (outbox.State.UNCERTAIN, None), (outbox.State.MISSED, None),
        (outbox.State.CANCELLED, gate.Why.NO_CONSENT), (outbox.State.CANCELLED, outbox.TAKEN_BACK),
    ]  # fmt: skip
    for message, (state, error) in zip(messages, ends, strict=False):
        await db.run(end, [message], state, error)
    await db.run(go_out, messages[6:7])
    await db.run(hold, messages[7:], why=gate.Why.ENOUGH)
    assert await db.run(recipients.gather, one, NOW) == 8
    assert await db.run(recipients.gather, one, NOW) == 0
    assert list((await db.run(rows, one)).values()) == [
        ("failed", "Bad Request"), ("failed", "unreachable"), ("uncertain", None),
        ("skipped", "too late"), ("skipped", "no consent"), ("failed", "unreachable"),
        ("sent", None), ("held", "enough this week"),
    ]  # fmt: skip
    assert await db.run(wrong_sums) == []
    found = await db.read(recipients.reasons, one.id)
    assert found["failed"] == {"Bad Request": 1, "unreachable": 2}
    assert found["held"] == {"enough this week": 1}
    failed = await db.read(recipients.listed, one.id, "failed", numbers[0], 5)
    assert [each.person for each in failed] == [numbers[1], numbers[5]]
    everybody = await db.read(recipients.listed, one.id, None, 0, 3)
    assert [each.person for each in everybody] == numbers[:3]
    (sent,) = await db.read(recipients.listed, one.id, "sent", 0, 3)
    assert sent.person == numbers[6]


async def refuse(db: Database, one: Sending, states: str) -> Sending:
    messages = await db.run(promised, one)
    for message, state in zip(messages, states, strict=False):
        if state == "s":
            await db.run(go_out, [message])
        else:
            await db.run(end, [message], outbox.State.REFUSED, "Bad Request")
    await db.run(recipients.gather, one, NOW)
    return await db.run(again, one)


async def test_twenty_refused_in_a_row_pause_it_and_nineteen_do_not(db: Database) -> None:
    await db.run(readers, 60)
    one = await db.run(spread, await db.run(begun))
    one = await refuse(db, one, "r" * 19 + "s" + "r" * 12)
    assert (one.state, one.errors) == (State.SENDING, 12)
    one = await refuse(db, one, "r" * 8)
    assert (one.state, one.why) == (State.PAUSED, Why.ERRORS)
    assert await db.run(sendings.resume, one.id, NOW)
    assert (await db.run(again, one)).errors == 0


async def test_who_was_held_back_is_promised_again_when_the_gate_lets_them_through(
    db: Database,
) -> None:
    (reader,) = await db.run(readers, 1)
    await db.run(gate.pause, reader, LATER)
    one = await db.run(spread, await db.run(begun))
    (message,) = await db.run(promised, one)
    (answer,) = await db.run(allowed, [message])
    assert isinstance(answer, Later)
    await db.run(hold, [message], answer.at, answer.why)
    await db.run(recipients.gather, one, NOW)
    assert await db.run(rows, one) == {reader: ("held", "paused")}
    assert [done.id for done in await db.run(sendings.finish, NOW)] == [one.id]
    assert await db.run(allowed, [message], LATER) == [Pass()]
    assert await db.run(rows, one) == {reader: ("promised", None)}
    one = await db.run(again, one)
    assert (one.open, one.held) == (1, 0)
    assert await db.run(wrong_sums) == []


async def test_at_the_claim_it_is_looked_at_once_more_who_wants_it(db: Database) -> None:
    numbers = await db.run(readers, 4)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    await db.run(change, numbers[0], wants_news=False)
    await db.run(change, numbers[1], reachable=False)
    await db.run(erasure.erase, numbers[2], "telegram:reader 2", NOW)
    answers = await db.run(allowed, messages)
    assert answers == [Refused("no consent"), Refused("unreachable"), Gone(), Pass()]


def survey(tx: Tx, key: str) -> int:
    row = {"key": key, "title": {}, "intro": {}, "thanks": {}, "created": NOW}
    made = insert(tables.surveys).values(**row).returning(tables.surveys.c.id)
    return int(tx.execute(made).scalar_one())


def answers(tx: Tx, survey_: int, person: int, *, finished: bool = True) -> None:
    known = {"started": NOW, "finished": NOW if finished else None}
    row = {"survey": survey_, "person": person, "state": "finished" if finished else "open"}
    tx.execute(insert(tables.answer_sets).values(**row, **known))


async def test_who_filled_in_the_survey_meanwhile_is_not_asked_to(db: Database) -> None:
    numbers = await db.run(readers, 4, wants_surveys=True)
    one, two = [await db.run(survey, key) for key in ("one", "two")]
    unanswered = {"only": [["unanswered", str(one)], ["unanswered", str(two)]], "but": []}
    run = await db.run(begun, purpose="survey", audience=unanswered)
    messages = await db.run(promised, await db.run(spread, run))
    for survey_, person in ((one, 0), (two, 0), (two, 1)):
        await db.run(answers, survey_, numbers[person])
    for survey_ in (one, two):
        await db.run(answers, survey_, numbers[2], finished=False)
    found = await db.run(allowed, messages)
    assert found == [Refused("answered"), Pass(), Pass(), Pass()]
    passed = await db.read(lambda tx: tx.execute(select(tables.gate_decisions.c.person)).all())
    assert [row.person for row in passed] == numbers[1:]


async def test_who_is_tried_again_beside_a_claim_of_the_old_message_gets_one(
    db: Database,
) -> None:
    (reader,) = await db.run(readers, 1)
    one = await db.run(spread, await db.run(begun, useful_until=NOW + 9 * DAY))
    (first,) = await db.run(promised, one)
    await db.run(outbox.cancel_for_chat, "telegram:reader 0")
    await db.run(recipients.gather, one, NOW)
    await db.run(outbox.renew, "telegram:reader 0", NOW)
    reopened = threading.Event()

    def tried_again(tx: Tx) -> int:
        found = sendings.again(tx, one.id, NOW)
        reopened.set()
        until = time.monotonic() + 5
        while tx.postgres and not tx.execute(ANYBODY_WAITS).scalar() and time.monotonic() < until:
            time.sleep(0.02)
        return found

    trying = asyncio.create_task(db.run(tried_again))
    assert await asyncio.to_thread(reopened.wait, 5)
    assert await db.run(allowed, [first]) == [Refused("cancelled")]
    assert await trying == 1
    assert await db.run(rows, one) == {reader: ("open", None)}


async def test_what_was_promised_before_somebody_was_tried_again_goes_no_more(
    db: Database,
) -> None:
    (reader,) = await db.run(readers, 1)
    one = await db.run(spread, await db.run(begun, useful_until=NOW + 9 * DAY))
    (first,) = await db.run(promised, one)
    await db.run(people.set_reachable, "telegram:reader 0", reachable=False)
    await db.run(outbox.cancel_for_chat, "telegram:reader 0")
    await db.run(recipients.gather, one, NOW)
    assert await db.run(rows, one) == {reader: ("failed", "unreachable")}
    await db.run(people.set_reachable, "telegram:reader 0", reachable=True)
    await db.run(outbox.renew, "telegram:reader 0", NOW)
    assert await db.run(allowed, [first]) == [Pass()]
    assert await db.run(rows, one) == {reader: ("promised", None)}
    await db.run(end, [first], outbox.State.CANCELLED, outbox.TAKEN_BACK)
    await db.run(recipients.gather, one, NOW)
    assert await db.run(sendings.again, one.id, NOW) == 1
    (second,) = await db.run(promised, one)
    assert await db.run(allowed, [first, second]) == [Refused("cancelled"), Pass()]
    assert await db.run(wrong_sums) == []


async def test_many_are_asked_about_in_as_many_statements_as_few(db: Database) -> None:
    await db.run(readers, 100)
    audience = {"only": [["unanswered", str(await db.run(survey, "one"))]], "but": []}
    one = await db.run(spread, await db.run(begun, audience=audience))
    messages = await db.run(promised, one)
    few = await heard(db, messages[:1])
    assert await heard(db, messages[1:]) == few <= 10


async def heard(db: Database, messages: Sequence[int]) -> int:
    """How many statements it takes."""

    def counted(tx: Tx) -> int:
        known: Sequence[Mapping[str, Any]] = asked(tx, messages)
        ran: list[Any] = []
        event.listen(tx.connection, "before_execute", lambda *heard: ran.append(heard))
        recipients.allowed(tx, known, NOW)
        return len(ran)

    return await db.run(counted)


async def test_who_joins_later_gets_it_while_it_takes_late_ones(db: Database) -> None:
    old, new = (await db.run(readers, 2, wants_news=False))[:2]
    one = await db.run(spread, await db.run(begun, late_until=NOW + DAY))
    await db.run(sendings.finish, NOW)
    await db.run(change, new, wants_news=True, joined=LATER)
    await db.run(change, old, wants_news=True)
    assert await db.run(recipients.look_for_late, one, LATER) == 0
    assert await db.run(rows, one) == {new: ("open", None)}
    assert await db.run(wrong_sums) == []
    assert len(await db.run(promised, one, LATER)) == 1
    await db.run(change, old, joined=NOW + 2 * DAY)
    await db.run(recipients.look_for_late, one, NOW + 2 * DAY)
    assert list(await db.run(rows, one)) == [new]


async def test_who_joins_at_the_moment_of_a_look_is_found_by_the_next(db: Database) -> None:
    (new,) = await db.run(readers, 1, wants_news=False)
    one = await db.run(spread, await db.run(begun, late_until=NOW + DAY))
    assert await db.run(recipients.look_for_late, one, LATER) == 0
    just_before = LATER - timedelta(seconds=1)
    await db.run(change, new, wants_news=True, joined=just_before)
    await db.run(recipients.look_for_late, one, LATER + timedelta(minutes=10))
    assert await db.run(rows, one) == {new: ("open", None)}


async def test_who_joins_just_in_time_is_found_a_while_after_that(db: Database) -> None:
    just, after = await db.run(readers, 2, wants_news=False)
    one = await db.run(spread, await db.run(begun, late_until=NOW + DAY))
    await db.run(recipients.look_for_late, one, NOW + DAY - timedelta(minutes=5))
    await db.run(change, just, wants_news=True, joined=NOW + DAY - timedelta(seconds=1))
    await db.run(change, after, wants_news=True, joined=NOW + DAY + timedelta(seconds=1))
    await db.run(recipients.look_for_late, one, NOW + DAY + timedelta(minutes=5))
    assert await db.run(rows, one) == {just: ("open", None)}
    one = await db.run(again, one)
    await db.run(recipients.look_for_late, one, NOW + 2 * DAY)
    assert await db.run(again, one) == one


async def test_a_message_whose_record_is_gone_is_not_changed(db: Database) -> None:
    old, new = await db.run(readers, 2)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    await db.run(go_out, messages)
    await db.run(recipients.gather, one, NOW)
    gone = delete(tables.outbox).where(tables.outbox.c.id == messages[0])
    assert await db.run(lambda tx: tx.execute(gone).rowcount) == 1
    changed = await db.run(sendings.correct, one.announcement, content(text="b"), 1, NOW + 31 * DAY)
    found = await db.run(sendings.find, changed or 0)
    assert found is not None
    await db.run(spread, found, NOW + 31 * DAY)
    assert len(await db.run(promised, found, NOW + 31 * DAY)) == 1
    assert await db.run(rows, found) == {old: ("skipped", "too late"), new: ("promised", None)}
    assert await db.run(wrong_sums) == []


async def test_more_late_ones_than_a_page_are_all_found(db: Database) -> None:
    one = await db.run(spread, await db.run(begun, late_until=NOW + DAY))
    for minute in range(1, 4):
        await db.run(readers, 300, joined=NOW + timedelta(minutes=minute))
    while await db.run(recipients.look_for_late, one, LATER):
        pass
    assert (await db.run(again, one)).open == 900
    assert await db.run(wrong_sums) == []


async def test_who_is_held_is_given_up_when_it_is_of_no_use_any_more(db: Database) -> None:
    gone, still = await db.run(readers, 2)
    one = await db.run(spread, await db.run(begun, useful_until=NOW + DAY))
    messages = await db.run(promised, one)
    await db.run(hold, messages, NOW + 3 * DAY)
    await db.run(recipients.gather, one, NOW)
    await db.run(end, messages[:1], outbox.State.CANCELLED, outbox.TAKEN_BACK)
    assert await db.run(recipients.sweep, one, NOW) == 0
    assert await db.run(rows, one) == {gone: ("failed", "unreachable"), still: ("held", "pause")}
    await db.run(recipients.sweep, one, NOW + DAY)
    assert (await db.run(rows, one))[still] == ("skipped", "too late")
    assert await db.run(wrong_sums) == []
    states = select(tables.outbox.c.state).distinct()
    assert await db.run(lambda tx: list(tx.execute(states).scalars())) == ["cancelled"]


async def test_who_is_forgotten_leaves_no_row_and_the_sums_are_right(db: Database) -> None:
    numbers = await db.run(readers, 3)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    await db.run(go_out, messages[:1])
    await db.run(recipients.gather, one, NOW)
    for at in (0, 1):
        await db.run(erasure.erase, numbers[at], f"telegram:reader {at}", NOW)
    assert list(await db.run(rows, one)) == [numbers[2]]
    assert await db.run(wrong_sums) == []


async def test_a_row_whose_person_is_gone_is_dropped_and_not_promised(db: Database) -> None:
    numbers = await db.run(readers, 2)
    one = await db.run(spread, await db.run(begun))
    person = tables.people.delete().where(tables.people.c.id == numbers[0])
    await db.run(lambda tx: tx.execute(person).rowcount)
    assert len(await db.run(promised, one)) == 1
    assert list(await db.run(rows, one)) == [numbers[1]]
    assert await db.run(wrong_sums) == []


async def test_long_after_it_finished_the_rows_go_and_the_counts_stay(db: Database) -> None:
    await db.run(readers, 3)
    one = await db.run(spread, await db.run(begun))
    await db.run(go_out, await db.run(promised, one))
    await db.run(recipients.gather, one, NOW)
    await db.run(sendings.finish, NOW)
    assert await db.run(recipients.forget, NOW + 90 * DAY) == 0
    assert await db.run(recipients.forget, NOW + 91 * DAY) == 3
    assert await db.run(recipients.forget, NOW + 91 * DAY) == 0
    left = select(func.count()).select_from(tables.recipients)
    assert await db.run(lambda tx: tx.execute(left).scalar()) == 0
    assert (await db.run(again, one)).sent == 3


async def test_no_verb_walks_through_a_table(
    db: Database, url: str, statements: Statements
) -> None:
    numbers = await db.run(readers, 4)
    with statements.listening():
        one = await db.run(spread, await db.run(begun, late_until=NOW + DAY))
        messages = await db.run(promised, one)
        await db.run(allowed, messages)
        await db.run(go_out, messages[:1])
        await db.run(end, messages[1:2], outbox.State.REFUSED, "no")
        await db.run(hold, messages[2:3])
        await db.run(recipients.gather, one, NOW)
        await db.run(recipients.sweep, one, LATER)
        await db.run(recipients.look_for_late, one, LATER)
        await db.run(sendings.again, one.id, NOW)
        await db.run(recipients.feed, one, NOW)
        await db.run(recipients.listed, one.id, "failed", 0, 5)
        await db.run(recipients.listed, one.id, None, 0, 5)
        await db.run(recipients.reasons, one.id)
        await db.run(sendings.pause, one.id)
        await db.run(sendings.resume, one.id, NOW)
        await db.run(sendings.under_way)
        await db.run(sendings.to_sum_up)
        await db.run(sendings.next_look, NIGHT)
        await db.run(sendings.correct, one.announcement, content(), numbers[0], NOW)
        await db.run(sendings.withdraw, one.announcement, numbers[0], NOW)
        for run in await db.run(sendings.of, one.announcement):
            await db.run(recipients.give_up, run, NOW)
            await db.run(recipients.spread, run, NOW)
        await db.run(recipients.forget, NOW + 91 * DAY)
    growing = {"recipients", "people", "sendings", "announcements"}
    if url.startswith("sqlite"):  # PostgreSQL would rather walk the few rows that are being sent.
        growing.add("outbox")
    assert await statements.walks(growing) == []
