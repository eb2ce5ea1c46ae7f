"""What can go wrong with the database that is not a mistake in a unit.

    StorageError
    ├── Unavailable      locked, full or out of reach: nothing was changed, try again later
    ├── DatabaseTooNew   made by a newer release than this one
    ├── MigrationFailed  the schema could not be brought up to date; the copy is named
    ├── BackupFailed     a copy could not be made, or did not pass its check
    ├── AlreadyPolling   another process receives for this database
    └── LockLost         we received for this database, and cannot be sure of it any more

No message of these, nor of the SQLAlchemy errors that pass by here, holds a value of a row.
"""

from collections.abc import Callable

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError, StatementError


class StorageError(Exception):
    """Storage could not do what was asked."""


class Unavailable(StorageError):
    """Locked, full or out of reach: nothing was changed, and trying again later may work."""


class DatabaseTooNew(StorageError):
    """The database was made by a newer release; install that one, or go back to a copy."""


class MigrationFailed(StorageError):
    """The schema could not be brought up to date."""


class BackupFailed(StorageError):
    """A copy could not be made, or did not pass its check."""


class AlreadyPolling(StorageError):
    """Another process receives messages for this database."""


class LockLost(StorageError):
    """This process received messages for the database, and another may do so by now."""


def strip_values(context: ExceptionContext, text_of: Callable[[BaseException], str]) -> None:
    """Leave of an error's text only what `text_of` finds fit to be logged.

    Servers and type processors quote what they were given; what people typed must not travel
    with an exception.
    """
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(wrapped, DBAPIError):
        safe = text_of(original)
    elif isinstance(wrapped, StatementError):
        safe = "a value could not be sent"
    else:
        return
    original.args = (safe,)
    wrapped.args = (f"({type(original).__qualname__}) {safe}",)
