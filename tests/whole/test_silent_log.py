"""A whole scenario at DEBUG, with every kind of trouble: the log says much, and nothing typed."""

import asyncio

import pytest

from tests.stage import TOKEN, Stage, disk_full, trouble

NAME, EMAIL, PHONE = "Zebedea", "zebedea@voorbeeld.example", "31687654321"
QUESTION = "dit ontploft straks, zei de monteur"
ANSWER = "hij komt donderdag om drie uur"
JOINS = (
    "/start", "/join", "--??--", NAME, "Nieuwegijn", "ja", "Achterberg-Zuid", "2",
    "Soepgroep Zonnestraal", "1, 3", "yes", "yes", "yes", "yes", "yes", EMAIL, "1",
    "/admin geheimwoordje", "/start survey-1", "Other", "de lift is al weken stuk",
    "lawaai van de fabriek", "1", "leren lassen", "1", "/menu",
)  # fmt: skip
CAPTION = "mijn voordeur vanbinnen"
REASON = "geheime reden van de database"
TYPED = (
    TOKEN, TOKEN.partition(":")[2], NAME, NAME.lower(), EMAIL, PHONE[2:], QUESTION, "ontploft",
    ANSWER, CAPTION, REASON, "52.123456", "--??--", "Nieuwegijn", "Achterberg", "Zonnestraal",
    "geheimwoordje", "al weken stuk", "lawaai van de fabriek", "leren lassen", "kapotte tekst",
)  # fmt: skip
SAID = (
    "turn failed", "set aside", "database fails", "database works again", "cannot receive",
    "sending paused", "probe failed", "kept update applied", "receiving begins",
)  # fmt: skip
"""What the log must tell, or the scenario did not go through all that it should."""

EXPLODES = f"""
CREATE TRIGGER explode BEFORE INSERT ON questions WHEN NEW.text LIKE '%ontploft%'
BEGIN SELECT RAISE(ABORT, '{REASON}'); END
"""


@pytest.mark.timeout(200)
async def test_no_token_and_nothing_typed_is_in_any_log(tmp_path):
    forms = ("text", "json")
    for form in forms:
        (tmp_path / form).mkdir()
    logs = await asyncio.gather(*(everything_said(tmp_path / form, form) for form in forms))
    for said in logs:
        for words in SAID:
            assert words in said
        assert "DEBUG" in said
        for typed in TYPED:
            assert typed not in said, [line for line in said.splitlines() if typed in line][:3]
    assert logs[1].startswith("{")


async def everything_said(folder, form):
    """What a bot says on its standard output and error in the whole scenario."""
    async with Stage(folder, log={"level": "DEBUG", "format": form}) as stage:
        noor, carla = stage.somebody(NAME), stage.somebody("Carla")
        bot = await stage.trial(coordinator=carla)
        await noor.types(*JOINS)
        await shares(stage, noor)
        stage.write(EXPLODES)
        stage.emulated.text(noor.id, "/ask")
        stage.emulated.text(noor.id, QUESTION)
        await stage.until(lambda: bool(bot.lines("turn failed")))
        stage.write("DROP TRIGGER explode")
        await troubles(stage, bot, noor)
        await carla.hears_of(QUESTION)
        await carla.presses("Geef antwoord")
        await carla.types(ANSWER)
        await noor.hears_of(ANSWER)
        second = await stage.begins()
        assert await second.ends() == 1
        assert await bot.stop() == 0
        assert str(noor.id) not in bot.said
        return bot.said + second.said


async def shares(stage, noor):
    """What is no text: a number, a place, a picture with words below it, and a broken text."""
    emulated = stage.emulated
    emulated.contact(noor.id, f"+{PHONE}")
    emulated.location(noor.id, 52.123456, 5.654321)
    emulated.photo(noor.id, CAPTION)
    emulated.text(noor.id, "kapotte tekst \ud800")
    emulated.updates.add_text('{"message": {"text": "kapotte tekst')
    message = {
        "message_id": 1,
        "text": "kapotte tekst",
        "chat": {"id": noor.id, "type": "kapotte tekst"},
    }
    emulated.updates.add_raw({"message": message})
    await noor.types("/help")


async def troubles(stage, bot, noor):
    """Something is typed through every fault of the line and of the disk."""
    calls = [
        {"kind": "bad_json", "times": 1, "methods": ["getUpdates"]},
        {"kind": "reset_after", "times": 1, "methods": ["sendMessage"]},
        {"kind": "502", "times": 2, "methods": ["getMe", "getUpdates"]},
        {"kind": "429", "times": 1, "methods": ["sendMessage"]},
    ]
    for fault in calls:
        async with trouble(stage, fault):
            stage.emulated.text(noor.id, "/privacy lawaai van de fabriek")
            await stage.until(lambda: stage.emulated.faults.listed[0].met > 0)
            await asyncio.sleep(0.5)
    async with trouble(stage, {"kind": "502", "methods": ["getMe", "sendMessage"]}):
        stage.emulated.text(noor.id, "/privacy al weken stuk")
        await stage.until(lambda: bool(bot.lines("probe failed")))
    await stage.quiet()
    with disk_full(bot):
        stage.emulated.text(noor.id, "/privacy leren lassen")
        await stage.until(lambda: bool(bot.lines("database fails")))
    await stage.quiet()
