"""How much room the database takes, for whoever looks after it."""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sizes:
    """In bytes. `free` is what is left on the disk, None where that is another machine's."""

    data: int
    log: int
    free: int | None


def sizes_of(path: Path) -> Sizes:
    """The sizes of an SQLite file, and of the log beside it."""
    log = 0
    with suppress(FileNotFoundError):
        log = path.with_name(f"{path.name}-wal").stat().st_size
    return Sizes(path.stat().st_size, log, shutil.disk_usage(path.parent).free)
