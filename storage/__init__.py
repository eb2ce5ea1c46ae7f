"""What Buurtbot remembers: the tables, the verbs on them, and the one way in."""

from storage.database import Database
from storage.errors import StorageError, Unavailable
from storage.transaction import Insert, Prepared, Tx

__all__ = ["Database", "Insert", "Prepared", "StorageError", "Tx", "Unavailable"]
