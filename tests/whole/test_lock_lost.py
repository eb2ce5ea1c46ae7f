"""What a bot does whose lock on the database is another's, or gone."""

from storage.lock import PollerLock


async def test_a_bot_that_lost_its_lock_says_so_and_ends_as_a_failure(stage):
    bot = await stage.bot()
    stage.database.with_name("bot.db.lock").unlink()
    assert await bot.ends() == 1
    assert bot.said.splitlines()[-1] == (
        "The lock on the database is lost: another process may receive by now. Start the bot again."
    )


async def test_a_database_that_another_process_uses_is_not_touched(stage):
    """A newer release must not migrate it under the one that is at work."""
    lock = await PollerLock.take(f"sqlite:///{stage.database}")
    try:
        bot = await stage.begins()
        assert await bot.ends() == 1
        assert not stage.database.exists()
    finally:
        await lock.release()
