from datetime import timedelta

from sqlalchemy import insert, select, update

from storage import (
    codes,
    conversations,
    erasure,
    inbox,
    outbox,
    people,
    planning,
    rsvps,
    said,
    tables,
)
from storage.meetings import Kind
from storage.rsvps import Party
from tests.storage.planning import plan
from tests.storage.traces import (
    CHAT,
    LATER,
    NOW,
    OTHER,
    OTHERS_CHAT,
    OTHERS_WORDS,
    PERSON,
    WORDS,
    all_rows,
    holds,
    is_about_people,
    leave_traces,
)

MARKS = (str(PERSON), CHAT, WORDS)


def forgotten(tx, now=NOW):
    erasure.erase(tx, PERSON, CHAT, now)


def reply(tx, key="reply:1:0", chat=CHAT, state="sent", **values):
    row = {"key": key, "chat": chat, "state": state, "content": {"text": WORDS}}
    row |= {"lane": "reply", "repeat": "repeatable", "kind": "send", "due": NOW, "created": NOW}
    return tx.execute(insert(tables.outbox).returning(tables.outbox.c.id), row | values).scalar()


async def test_traces_are_in_every_table_that_can_hold_them(db):
    await db.run(leave_traces)
    found = holds(await db.read(all_rows), *MARKS)
    assert found == {t.name for t in tables.METADATA.sorted_tables if is_about_people(t)}
    assert len(found) > 10


async def test_what_somebody_asked_to_be_erased_is_gone_from_every_table(db):
    await db.run(leave_traces)
    await db.run(forgotten)
    assert await db.run(erasure.sweep, LATER) == 1
    assert holds(await db.read(all_rows), *MARKS) == set()


async def test_at_once_only_the_trace_of_the_messages_is_left(db):
    await db.run(leave_traces)
    await db.run(forgotten)
    assert holds(await db.read(all_rows), *MARKS) == {"inbox", "outbox", "erasures", "halts"}


async def test_nobody_else_loses_anything(db):
    await db.run(leave_traces, OTHER, OTHERS_CHAT, OTHERS_WORDS)
    before = await db.read(all_rows)
    await db.run(leave_traces)
    await db.run(forgotten)
    await db.run(erasure.sweep, LATER)
    after = await db.read(all_rows)
    assert {
        name: [row for row in rows if row in after[name]] for name, rows in before.items()
    } == before


async def test_what_the_team_was_shown_is_blanked(db):
    def shown(tx):
        leave_traces(tx)
        leave_traces(tx, OTHER, OTHERS_CHAT, OTHERS_WORDS)
        people.change(tx, OTHER, role=people.Role.COORDINATOR)
        reply(tx, chat=OTHERS_CHAT)

    await db.run(shown)
    await db.run(forgotten)
    await db.run(erasure.sweep, LATER)
    assert holds(await db.read(all_rows), *MARKS) == set()


async def test_what_the_hosts_of_their_meetings_were_shown_is_blanked(db):
    def shown(tx):
        hosts = [people.arrive(tx, f"telegram:host {n}", "nl", NOW).id for n in range(5)]
        day = plan(tx, "day", kind=Kind.DAY)
        place = plan(tx, "place", kind=Kind.PLACE, day=day.id)
        walk, other = plan(tx, "walk", capacity=1), plan(tx, "other")
        for host, meeting in zip(hosts, (day, place, walk, other), strict=False):
            planning.edit(tx, meeting.id, None, NOW, quiet=True, host=host)
        known = people.arrive(tx, CHAT, "nl", NOW).id
        rsvps.claim(tx, place.id, Party(known, 1), NOW)
        rsvps.claim(tx, walk.id, Party(hosts[4], 1), NOW)
        rsvps.claim(tx, walk.id, Party(known, 1), NOW)
        for n in range(5):
            reply(tx, f"reply:{n}:0", chat=f"telegram:host {n}")
        erasure.erase(tx, known, CHAT, NOW)
        table = tables.outbox.c
        return tx.execute(select(table.content).order_by(table.id)).scalars().all()

    kept = {"text": WORDS}
    assert await db.run(shown) == [None, None, None, kept, kept]


async def test_an_update_is_known_as_seen_after_the_erasure(db):
    row = await db.run(inbox.first_sight, "telegram:5", CHAT, NOW)
    await db.run(forgotten)
    await db.run(erasure.sweep, LATER)
    assert row is not None
    assert await db.run(inbox.first_sight, "telegram:5", CHAT, NOW) is None


async def test_what_waits_for_somebody_forgotten_is_cancelled_at_once(db):
    row = await db.run(reply, state="waiting")
    await db.run(forgotten)
    state = select(tables.outbox.c.state).where(tables.outbox.c.id == row)
    assert await db.read(lambda tx: tx.execute(state).scalar()) == outbox.State.CANCELLED


async def test_the_last_message_is_sent_before_its_trace_is_wiped_out(db):
    await db.run(forgotten)
    row = await db.run(reply, state="sending")
    assert await db.run(erasure.sweep, LATER) == 0
    assert (await db.read(said.content, row)) == {"text": WORDS}
    sent = update(tables.outbox).where(tables.outbox.c.id == row).values(state="sent")
    await db.run(lambda tx: tx.execute(sent).rowcount)
    assert await db.run(erasure.sweep, LATER) == 1
    assert holds(await db.read(all_rows), *MARKS) == set()


async def test_a_last_message_that_cannot_be_sent_is_gone_within_a_day(db):
    await db.run(forgotten)
    await db.run(reply, state="waiting")
    assert await db.run(erasure.sweep, NOW + timedelta(hours=22)) == 0
    assert await db.run(erasure.sweep, NOW + timedelta(hours=23, minutes=58)) == 1
    assert holds(await db.read(all_rows), *MARKS) == set()


async def test_nothing_is_swept_before_its_time(db):
    await db.run(forgotten)
    await db.run(reply)
    assert await db.run(erasure.sweep, NOW + timedelta(minutes=59)) == 0
    assert holds(await db.read(all_rows), CHAT) == {"outbox", "erasures"}


async def test_somebody_who_comes_back_keeps_the_open_question_and_their_promises(db):
    await db.run(leave_traces)
    await db.run(forgotten)

    def come_back(tx):
        person = people.arrive(tx, CHAT, "nl", NOW)
        question = reply(tx, key="reply:2:0")
        talk = conversations.Conversation(
            7, "active", "join", {}, [], "name", None, 0, question, NOW
        )
        conversations.start(tx, CHAT, person.id, talk)
        reply(tx, key="reminder:1", state="waiting", lane="notice", content=None)
        return question

    question = await db.run(come_back)
    assert await db.run(erasure.sweep, LATER) == 1
    left = select(tables.outbox.c.key).order_by(tables.outbox.c.id)
    assert (await db.read(lambda tx: tx.execute(left).scalars().all())) == [
        "reply:2:0",
        "reminder:1",
    ]
    assert (await db.read(said.content, question)) == {"text": WORDS}


async def test_links_to_a_role_that_somebody_forgotten_gave_out_are_worth_nothing(db):
    def given_out(tx):
        admin = people.arrive(tx, CHAT, "nl", NOW)
        return codes.make(tx, people.Role.ADMIN, admin.id, NOW, LATER), admin.id

    code, admin = await db.run(given_out)
    await db.run(erasure.erase, admin, CHAT, NOW)
    assert await db.run(codes.use, code, NOW) is None


async def test_being_forgotten_twice_sweeps_once_at_the_later_time(db):
    await db.run(forgotten)
    await db.run(forgotten, NOW + timedelta(minutes=30))
    assert await db.run(erasure.sweep, NOW + timedelta(minutes=61)) == 0
    assert await db.run(erasure.sweep, NOW + timedelta(minutes=90)) == 1


async def test_what_was_erased_is_overwritten_in_the_file(sqlite_url, tmp_path):
    from storage import Database

    database = await Database.open(sqlite_url, migrate=False)
    await database.run(leave_traces)
    await database.run(forgotten)
    await database.run(erasure.sweep, LATER)
    await database.close()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("buurtbot.db*"))
    assert WORDS.encode() not in left
    assert CHAT.encode() not in left
