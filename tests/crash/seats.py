"""What holds of seats, lines and notices at every moment, and what holds once all is quiet."""

from __future__ import annotations

from tests.crash.day import TITLES, Day
from tests.crash.deliveries import as_read

LIVE = "('waiting', 'offered')"
NEVER = {
    "more seats than there are": """
        SELECT m.id FROM meetings m WHERE m.capacity < (
        SELECT coalesce(sum(seats), 0) FROM rsvps WHERE meeting = m.id AND answer = 'yes') + (
        SELECT coalesce(sum(seats), 0) FROM waiting_list WHERE meeting = m.id
        AND state = 'offered')""",
    "somebody at two places": """
        SELECT person FROM rsvps JOIN meetings m ON m.id = rsvps.meeting
        WHERE answer = 'yes' AND m.kind = 'place' GROUP BY person, m.parent HAVING count(*) > 1""",
    "an answer and a place in line": f"""
        SELECT w.id FROM waiting_list w JOIN rsvps r ON r.meeting = w.meeting
        AND r.person = w.person WHERE w.state IN {LIVE} AND r.answer <> 'no'""",
    "twice in one line": f"""
        SELECT person FROM waiting_list WHERE state IN {LIVE}
        GROUP BY meeting, person HAVING count(*) > 1""",
    "a row that is neither here nor there": """
        SELECT id, state FROM waiting_list WHERE NOT CASE state
        WHEN 'waiting' THEN offered IS NULL AND offer_until IS NULL AND ended IS NULL
        WHEN 'offered' THEN offered < offer_until AND ended IS NULL
        WHEN 'accepted' THEN ended IS NOT NULL
        WHEN 'declined' THEN offered IS NOT NULL AND ended >= offered
        WHEN 'expired' THEN ended >= offer_until
        WHEN 'moved_up' THEN ended IS NOT NULL AND offered IS NULL
        WHEN 'left' THEN ended IS NOT NULL
        ELSE FALSE END""",
    "an offer to somebody who is not next": """
        SELECT w.id FROM waiting_list w JOIN waiting_list earlier
        ON earlier.meeting = w.meeting AND earlier.id < w.id
        WHERE w.state = 'offered' AND earlier.state = 'waiting'""",
    "a seat that nobody has and the next could have": """
        SELECT w.id FROM waiting_list w JOIN meetings m ON m.id = w.meeting
        WHERE w.state = 'waiting' AND w.id = (SELECT min(id) FROM waiting_list
            WHERE meeting = m.id AND state = 'waiting')
        AND w.seats <= m.capacity - (
        SELECT coalesce(sum(seats), 0) FROM rsvps WHERE meeting = m.id AND answer = 'yes') - (
        SELECT coalesce(sum(seats), 0) FROM waiting_list WHERE meeting = m.id
        AND state = 'offered')""",
    "an offer that was not promised once": """
        SELECT w.id FROM waiting_list w WHERE (w.offered IS NOT NULL) <> (1 = (
        SELECT count(*) FROM outbox WHERE key LIKE 'offer:' || w.id || ':%'))""",
    "an offer that passed without a word": """
        SELECT w.id FROM waiting_list w JOIN meetings m ON m.id = w.meeting
        WHERE (w.state = 'expired' AND w.ended < m.starts) <> (1 = (
        SELECT count(*) FROM outbox WHERE key LIKE 'offer_gone:' || w.id || ':%'))""",
    "moved up without a word": """
        SELECT w.id FROM waiting_list w WHERE (w.state = 'moved_up') <> (1 = (
        SELECT count(*) FROM outbox WHERE key = 'moved_up:' || w.id))""",
    "an update without an answer": """
        SELECT id FROM inbox WHERE state = 'done' AND NOT EXISTS (
        SELECT 1 FROM outbox WHERE key = 'reply:' || inbox.id || ':0')""",
}
"""Queries that never find anything, also right after a kill."""

IN_THE_END = {
    "something that was not sent": """
        SELECT key, state, error FROM outbox WHERE state IN
        ('waiting', 'sending', 'refused', 'unreachable')""",
    "an answer or a notice that came too late": """
        SELECT key FROM outbox WHERE state = 'missed' AND NOT once_more AND (
        renderer IS NULL OR renderer IN ('offer', 'offer_expired', 'moved_up'))""",
    "an offer that was never told of": """
        SELECT w.id FROM waiting_list w JOIN outbox o ON o.key LIKE 'offer:' || w.id || ':%'
        WHERE w.state IN ('offered', 'expired') AND NOT o.once_more AND o.state <> 'sent'""",
}
"""The same, once all is quiet. What a kill left in doubt may have arrived, and may be too late for
its one repeat by then, as the clock is moved far in a moment.
"""

SAID = """
SELECT content FROM outbox WHERE chat = (SELECT chat FROM people WHERE id = {person})
AND (state = 'sent' OR once_more) AND content IS NOT NULL AND kind = 'send'
"""
HOLD = {
    "SELECT person, meeting FROM rsvps WHERE answer = 'yes'": ("See you there!", "after all!"),
    "SELECT person, meeting FROM waiting_list WHERE state = 'waiting'": ("You are number ",),
}
"""Who has something, and which words told them so."""


def check_moment(day: Day) -> None:
    """What holds whenever a bot was killed."""
    if day.url.startswith("sqlite"):
        assert day.look("PRAGMA integrity_check") == [("ok",)]
    for what, query in NEVER.items():
        assert day.look(query) == [], what


def check_end(day: Day) -> None:
    """What holds when everything typed was taken and everything promised was sent."""
    check_moment(day)
    for what, query in IN_THE_END.items():
        assert day.look(query) == [], what
    assert day.count("SELECT count(*) FROM inbox WHERE state = 'done'") == day.typed
    titles = dict(zip(day.places, TITLES, strict=True))
    for query, words in HOLD.items():
        for person, meeting in day.look(query):
            said = [as_read(content) for (content,) in day.look(SAID.format(person=person))]
            about = [text for text in said if titles[meeting] in text]
            assert any(word in text for text in about for word in words), (person, meeting)
