"""Messages to many that the world changes under, between the writing and the reading."""

from datetime import timedelta

import pytest

from storage import people
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    begins,
    crowd,
    goes_out,
    hears,
    make_world,
    planned,
)
from tests.flows.whole import stored
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def noor(world: World) -> Phone:
    phone: Phone = coordinator(world, "noor")
    world.run(people.change, phone.person.id, name="Quagga")
    return phone


# Who wrote it is forgotten.


def forgotten(phone: Phone) -> None:
    phone.types("/forget")
    phone.presses("Yes, erase everything")
    phone.presses("Yes, erase it for good")


def test_nobody_gets_a_message_under_the_name_of_somebody_who_was_forgotten(
    world: World, noor: Phone
) -> None:
    coordinator(world, "bram")
    [reader] = crowd(world, 1)
    planned(noor, late_until=world.now + timedelta(days=7))
    begins(world)
    forgotten(noor)
    goes_out(world)
    assert hears(reader) == ["Summer is coming!\n\nWijkwerk sends you this."]
    world.pass_time(hours=25)
    assert [name for name, kept in stored(world).items() if "Quagga" in kept] == []
