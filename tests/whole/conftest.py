"""What the tests of the whole share: a stage of their own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """An emulator with nobody in it but its four people, and a bot that has not begun."""
    async with Stage(tmp_path) as it:
        yield it
