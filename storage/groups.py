"""Units that share a commit, in the writing thread of SQLite.

Units that wait at the same time run in one transaction. A group counts only if all of it
returned, its transaction was still open right before COMMIT and the COMMIT succeeded. Otherwise
nothing of it counts, and each unit is to run again by itself: a full disk rolls the whole
transaction back behind our back, and what a unit had reported by then never happened. Where it
was a unit that raised, only that is over; those before it run once more, together, and those after
it in another group. So no unit runs often because many others raise.
"""

import sqlite3
import time
from asyncio import CancelledError, Future
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import Unavailable
from storage.sqlite_connection import begin
from storage.transaction import Tx

LONGEST_GROUP = 0.025  # seconds of work, after which the rest waits for the next commit


class Lost(Exception):
    """The connection was closed under the writing thread."""


class Job:
    """A unit that waits for its turn, and then how it went.

    While it is not `over`, nothing of it counts, whatever it returned or raised.
    """

    __slots__ = ("call", "error", "future", "long", "over", "queued", "tries", "value")

    def __init__(
        self, call: Callable[[Tx], Any], future: "Future[Any]", *, long: bool = False
    ) -> None:
        self.call = call
        self.future = future
        self.long = long
        self.queued = time.monotonic()
        self.tries = 0
        self.value: Any = None
        self.error: BaseException | None = None
        self.over = False

    def attempt(self, connection: Connection, raw: sqlite3.Connection) -> bool:
        """Run the unit, whatever it raises; True if it returned."""
        heard = connection.dispatch.before_cursor_execute  # a test listens to all statements
        tx = Tx(connection, postgres=False, raw=None if heard else raw)
        self.tries += 1
        self.error = None
        try:
            # An empty context: what a unit sets there must not leak into the next one.
            self.value = Context().run(self.call, tx)
        except BaseException as error:
            self.error = error
        finally:
            tx.end()
        return self.error is None

    def fail(self, error: BaseException) -> None:
        """It is over, and this is why."""
        self.error = error
        self.over = True

    def settle(self) -> None:
        """Hand the outcome to the caller, if there still is one. On the event loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(raisable(self.error))


def raisable(error: BaseException) -> BaseException:
    """The error as a future can carry it; two kinds would mean something else there."""
    if isinstance(error, StopIteration | CancelledError):
        other = RuntimeError(f"the unit raised {type(error).__name__}")
        other.__cause__ = error
        return other
    return error


class Groups:
    """Runs jobs on one connection, and lives as long as that does."""

    def __init__(self, raw: sqlite3.Connection, engine: Engine) -> None:
        self.raw = raw
        self.engine = engine
        self.doomed = False
        event.listen(engine, "handle_error", self.guard)

    def together(self, jobs: Sequence[Job]) -> None:
        """Run jobs under one commit, but for the first that raises and those after it.

        Those that are not over then are to be run alone, or, if they were not even tried, later.
        """
        if others := self.once(jobs):
            self.once(others)

    def once(self, jobs: Sequence[Job]) -> list[Job]:
        """Run jobs under one commit; those that a unit which raised has undone."""
        tried: list[Job] = []
        connection = self.engine.connect()
        try:
            begin(connection, self.raw)
            if self.run_each(connection, jobs, tried):
                connection.commit()
                for job in tried:
                    job.over = True
        except (SQLAlchemyError, sqlite3.Error, Unavailable) as error:
            # A failed BEGIN is no unit's fault, and each would only wait for the lock again.
            for job in jobs if not tried and not self.closed() else ():
                job.fail(error)
        finally:
            self.leave(connection)
        raised = bool(tried) and tried[-1].over and tried[-1].error is not None
        return tried[:-1] if raised else []

    def run_each(self, connection: Connection, jobs: Sequence[Job], tried: list[Job]) -> bool:
        """Run jobs until the time for a group is used up; False if nothing of it may count.

        A unit that raises is over.
        """
        until = time.monotonic() + LONGEST_GROUP
        for job in jobs:
            if job.future.cancelled():
                job.over = True
                continue
            returned = job.attempt(connection, self.raw)
            tried.append(job)
            if not self.intact():
                return False
            if not returned:
                job.over = True
                return False
            if time.monotonic() > until:
                break
        return True

    def alone(self, job: Job) -> None:
        """Run one job in a transaction of its own; not if its caller has gone meanwhile."""
        if job.future.cancelled():
            job.over = True
            return
        connection = self.engine.connect()
        try:
            begin(connection, self.raw)
            if job.attempt(connection, self.raw):
                if self.intact():
                    connection.commit()
                    job.over = True
                else:
                    job.error = Unavailable("the transaction was rolled back under the unit")
        except (SQLAlchemyError, sqlite3.Error, Unavailable) as error:
            job.error = error
        finally:
            self.leave(connection)
        job.over = True

    def closed(self) -> bool:
        """Whether the connection is gone, so that no transaction can be had from it."""
        try:
            return self.raw.in_transaction and False
        except sqlite3.ProgrammingError:
            return True

    def intact(self) -> bool:
        """Whether the transaction that was begun is still the open one."""
        return self.raw.in_transaction and not self.doomed

    def guard(self, context: ExceptionContext) -> None:
        """After an error that ended the transaction, let the unit that caught it write nothing.

        Without this, whatever it does next would commit by itself, statement by statement.
        """
        with suppress(sqlite3.Error):
            if not self.doomed and not self.raw.in_transaction:
                self.doomed = True
                self.raw.execute("PRAGMA query_only = ON")

    def leave(self, connection: Connection) -> None:
        """Roll back what was not committed; raises Lost if the connection is closed."""
        with suppress(SQLAlchemyError, sqlite3.Error, Unavailable):
            connection.close()
        try:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            if self.doomed:
                self.raw.execute("PRAGMA query_only = OFF")
                self.doomed = False
        except sqlite3.Error as error:
            raise Lost from error
