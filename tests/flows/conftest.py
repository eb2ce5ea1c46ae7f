"""The whole bot and somebody's phone, for files that need nothing else to begin with."""

import pytest

from tests.flows.whole import whole_world
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    """Monday 1 March 2027, noon; nobody is there yet."""
    made: World = whole_world()
    return made


@pytest.fixture
def phone(world: World) -> Phone:
    """The phone of a visitor who has said nothing yet."""
    return world.phone()
