"""Files: sent by the bot and by people, fetched again, and sent again by their id."""

import json

import aiohttp
import pytest

from bot.emulator.pictures import measures, picture
from tests.emulator.emulated import NOOR


async def upload(emulated, method, parts, **params):
    form = aiohttp.FormData()
    for name, value in params.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, (content, filename) in parts.items():
        form.add_field(name, content, filename=filename)
    url = f"{emulated.address}/bot{emulated.world.token}/{method}"
    async with emulated.http.post(url, data=form) as answer:
        return await answer.json()


async def fetched(emulated, file_id):
    path = (await emulated.gives("getFile", file_id=file_id))["file_path"]
    url = f"{emulated.address}/file/bot{emulated.world.token}/{path}"
    async with emulated.http.get(url) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_document_is_kept_and_sent_again_by_its_id(emulated):
    parts = {"document": (b"a;b\n1;2\n", "uitslag.csv")}
    answer = await upload(emulated, "sendDocument", parts, chat_id=NOOR, caption="Uitslag")
    document = answer["result"]["document"]
    assert (document["file_name"], document["file_size"]) == ("uitslag.csv", 8)
    assert await fetched(emulated, document["file_id"]) == b"a;b\n1;2\n"
    again = await emulated.gives("sendDocument", chat_id=NOOR, document=document["file_id"])
    assert again["document"] == document


async def test_a_picture_has_its_measures(emulated):
    parts = {"photo": (picture(40, 30), "p.png")}
    answer = await upload(emulated, "sendPhoto", parts, chat_id=NOOR)
    (size,) = answer["result"]["photo"]
    assert (size["width"], size["height"]) == (40, 30)


async def test_an_attached_part_is_found_by_its_name(emulated):
    parts = {"one": (picture(seed=1), "1.png"), "two": (picture(seed=2), "2.png")}
    media = [{"type": "photo", "media": f"attach://{name}"} for name in parts]
    answer = await upload(emulated, "sendMediaGroup", parts, chat_id=NOOR, media=media)
    first, second = answer["result"]
    assert first["media_group_id"] == second["media_group_id"]
    assert first["photo"] != second["photo"]


@pytest.mark.parametrize(
    ("method", "parts", "says"),
    [
        ("sendPhoto", {"photo": (b"no picture", "p.png")}, "IMAGE_PROCESS_FAILED"),
        ("sendPhoto", {"photo": (picture(2000, 10), "p.png")}, "PHOTO_INVALID_DIMENSIONS"),
        ("sendDocument", {"document": (b"", "x.txt")}, "file must be non-empty"),
        ("sendDocument", {"document": (b"x", "x"), "more": (b"x", "x")}, "unknown parameter"),
    ],
)
async def test_an_upload_that_is_refused(emulated, method, parts, says):
    answer = await upload(emulated, method, parts, chat_id=NOOR)
    assert answer["description"].startswith(f"Bad Request: {says}")


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("https://example.org/x.png", "failed to get HTTP URL content"),
        ("attach://nothing", "can't find the attached file"),
    ],
)
async def test_a_file_that_is_not_there(emulated, file, says):
    refused = await emulated.refuses("sendPhoto", chat_id=NOOR, photo=file)
    assert refused == f"Bad Request: {says}"


async def test_a_file_is_sent_again_only_as_what_it_was(emulated):
    sent = await emulated.post(f"/people/{NOOR}/document")
    file_id = sent["message"]["document"]["file_id"]
    refused = await emulated.refuses("sendPhoto", chat_id=NOOR, photo=file_id)
    assert refused == "Bad Request: can't use file of type Document as Photo"


async def test_an_album_has_two_to_ten_items_that_go_together(emulated):
    photo = (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
    one = {"type": "photo", "media": photo}
    for media in ([one], [one] * 11):
        refused = await emulated.refuses("sendMediaGroup", chat_id=NOOR, media=media)
        assert refused == "Bad Request: wrong number of messages to send"
    mixed = [one, {"type": "document", "media": photo}]
    assert "mixed" in await emulated.refuses("sendMediaGroup", chat_id=NOOR, media=mixed)


async def test_people_upload_and_the_page_shows_pictures_only(emulated):
    form = aiohttp.FormData()
    form.add_field("document", b"<script>", filename="x.html", content_type="text/html")
    url = f"{emulated.address}/people/{NOOR}/document"
    async with emulated.http.post(url, data=form) as answer:
        document = (await answer.json())["message"]["document"]
    assert document["mime_type"] == "text/html"
    assert await fetched(emulated, document["file_id"]) == b"<script>"
    async with emulated.http.get(f"{emulated.address}/files/{document['file_id']}") as shown:
        assert shown.headers["Content-Disposition"] == "attachment"
        assert shown.content_type == "application/octet-stream"


async def test_media_can_be_replaced(emulated):
    first, second = [
        (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
        for _ in range(2)
    ]
    sent = await emulated.gives("sendPhoto", chat_id=NOOR, photo=first, caption="Oud")
    edit = {"chat_id": NOOR, "message_id": sent["message_id"]}
    media = {"type": "photo", "media": second, "caption": "Nieuw"}
    edited = await emulated.gives("editMessageMedia", **edit, media=media)
    assert (edited["photo"][0]["file_id"], edited["caption"]) == (second, "Nieuw")
    assert "not modified" in await emulated.refuses("editMessageMedia", **edit, media=media)


async def test_copies_and_forwards(emulated):
    said = (await emulated.post(f"/people/{NOOR}/text", text="Een vraag"))["message"]
    origin = {"chat_id": NOOR, "from_chat_id": NOOR, "message_id": said["message_id"]}
    copied = await emulated.gives("copyMessage", **origin)
    assert emulated.world.chat(NOOR).messages[copied["message_id"]]["text"] == "Een vraag"
    forwarded = await emulated.gives("forwardMessage", **origin)
    assert forwarded["forward_origin"]["sender_user"]["id"] == NOOR


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (b"GIF89a\x05\x00\x07\x00", (5, 7)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x02\x00\x03\x01" + bytes(9), (3, 2)),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + b"\x04\x00\x00\x06\x00\x00", (5, 7)),
        (b"%PDF-1.7", None),
    ],
)
def test_measures_are_read_from_the_head_of_a_picture(content, size):
    assert measures(content) == size
