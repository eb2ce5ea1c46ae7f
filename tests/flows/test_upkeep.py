from tests.flows.whole import joins, rows


def test_a_half_finished_talk_of_a_visitor_is_gone_after_a_day(phone, world):
    phone.types("/join")
    phone.types("Noor")
    world.pass_time(hours=23)
    assert rows(world, "conversations")
    world.pass_time(hours=2)
    assert rows(world, "conversations") == []


def test_a_half_finished_talk_of_a_member_is_kept_for_a_week(phone, world):
    joins(phone)
    phone.types("/profile")
    world.pass_time(days=6)
    assert rows(world, "conversations")
    world.pass_time(days=2)
    assert rows(world, "conversations") == []


def test_messages_are_kept_for_thirty_days_and_updates_for_two_weeks(phone, world):
    phone.types("/start")
    world.pass_time(days=13)
    assert rows(world, "inbox")
    world.pass_time(days=2)
    assert rows(world, "inbox") == []
    world.pass_time(days=14)
    assert rows(world, "outbox")
    world.pass_time(days=2)
    assert rows(world, "outbox") == []


def test_after_two_quiet_weeks_people_are_answered_as_before(phone, world):
    phone.types("/start")
    world.pass_time(days=15)
    assert phone.types("/start")
