"""Draft a new step from what `storage.tables` has and the steps so far have not:

python -m storage.migrations "What changes"
"""

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from alembic import command

from storage.migrate import STEPS, alembic, migrate_sqlite, revisions
from storage.sqlite_connection import connect, engine_on


def draft(message: str) -> None:
    """Write the step; it is a draft, to be read before it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        if revisions():
            migrate_sqlite(path)
        with closing(connect(path)) as raw, engine_on(raw).connect() as connection:
            number = f"{len(revisions()) + 1:04d}"
            config = alembic(connection, STEPS)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message, autogenerate=True, rev_id=number)
            tidy(next(STEPS.glob(f"versions/{number}_*.py")))


def tidy(step: Path) -> None:
    """Take Alembic's remarks out of a drafted step."""
    lines = step.read_text().splitlines(keepends=True)
    step.write_text("".join(line for line in lines if not line.startswith("    # ###")))


if __name__ == "__main__":
    draft(sys.argv[1])
