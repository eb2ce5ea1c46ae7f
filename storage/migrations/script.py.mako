# ruff: noqa: PLR0915 - a step is as long as what it changes
"""${message}."""

import sqlalchemy as sa
from alembic import op
% if imports:

${imports}
% endif

revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """From the schema before to this one."""
    ${upgrades if upgrades else "pass"}
