"""What all tests share: properties are tried the same way on every run.

Where tests run in several processes, those that take long are begun first, so that none is left
to a single process in the end, when whoever is done takes over half of what another has to do.
"""

from pathlib import Path

import pytest
from hypothesis import settings

LONG = ("whole", "page", "crash")
"""The folders whose files take long."""

settings.register_profile("buurtbot", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("buurtbot")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long first, in each of several processes alike."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not _is_long(item.path))


def _is_long(path: Path) -> bool:
    return path.parent.name in LONG
