"""Wall time: what people agreed on, and the moment that it is.

When the clocks go forward an hour of wall time does not exist: such a time is read as if the
clocks had not moved yet, so it comes out an hour later. When they go back an hour comes twice: the
first one is meant. What people enter is better refused in both cases (`happens_once`).
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment(wall: datetime, zone: str) -> datetime:
    """The moment, in UTC, of a wall time (without a zone of its own) in `zone`."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def wall(moment: datetime, zone: str) -> datetime:
    """What the clocks in `zone` show at that moment, without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def happens_once(wall_time: datetime, zone: str) -> bool:
    """Whether a wall time exists in `zone`, and only once."""
    first = wall_time.replace(tzinfo=ZoneInfo(zone), fold=0)
    return first.utcoffset() == first.replace(fold=1).utcoffset()
