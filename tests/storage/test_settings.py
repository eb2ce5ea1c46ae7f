from storage import settings


async def test_a_value_is_kept_by_name_and_replaced(db):
    await db.run(settings.put, "platform", {"name": "Wijkwerk"})
    await db.run(settings.put, "platform", {"name": "Buurtwerk"})
    assert await db.read(settings.get, "platform") == {"name": "Buurtwerk"}
    assert await db.read(settings.get, "other", 3) == 3


async def test_a_platform_that_said_nothing_has_a_name(db):
    assert (await db.read(settings.platform)).name == "Bewonersplatform"
    await db.run(settings.put, "platform", {"name": "", "about": "From Nieuwegein."})
    said = await db.read(settings.platform)
    assert (said.name, said.about, said.languages) == ("Bewonersplatform", "From Nieuwegein.", ())
