"""One whole talk through the real process on PostgreSQL: join, survey, sign-up, reminder."""

import pytest

from tests.stage import Stage

JOINS = (
    "/start", "/join", "Noor", "Nieuwegijn", "yes", "Vreeswijk", "back", "Vreeswijk", "1", "1, 3",
    "yes", "yes", "no", "yes", "no", "noor@example.org", "1",
)  # fmt: skip
ANSWERS = ("/survey", "1, 2", "Too few \0places", "1", "How to bake", "2", "skip", "skip")


@pytest.mark.timeout(150)
async def test_a_whole_talk_on_postgresql(tmp_path, postgres_url):
    async with Stage(tmp_path, url=postgres_url) as stage:
        noor = stage.somebody()
        bot = await stage.trial()
        await noor.types(*JOINS)
        assert stage.look("SELECT state, municipality FROM people") == [("member", "GM0356")]
        await noor.types(*ANSWERS[:4])
        await bot.kill()
        bot = await stage.trial()
        await noor.types(*ANSWERS[4:])
        assert stage.look("SELECT state FROM answer_sets") == [("finished",)]
        assert stage.look("SELECT value FROM answers WHERE key = 'stubborn'") == [
            ("Too few places",)
        ]
        stage.emulated.start(noor.id, "meeting-3")
        await noor.hears_of("keukentafel")
        await noor.presses("Yes")
        await noor.presses("2")
        assert stage.look("SELECT answer, seats FROM rsvps") == [("yes", 2)]
        second = await stage.begins()
        assert await second.ends() == 1
        assert second.said.splitlines()[-1] == (
            "another process already receives for this database: stop it first"
        )
        await stage.moves_on()
        await noor.hears_of("Tomorrow:")
        await stage.moves_on()
        await noor.hears_of("Today:")
        assert await bot.stop() == 0
