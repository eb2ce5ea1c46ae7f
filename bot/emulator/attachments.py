"""What people share beside texts: numbers, places, pictures, files, voices, stickers."""

from __future__ import annotations

from typing import Any

from bot.emulator import files
from bot.emulator.entities import trimmed, units, with_found
from bot.emulator.files import Upload
from bot.emulator.people import LONGEST_CAPTION, Sent, given, say
from bot.emulator.pictures import picture
from bot.emulator.refusals import Denied, Refused
from bot.emulator.sounds import silence
from bot.emulator.state import State

Json = dict[str, Any]


def contact(
    state: State, person_id: int, phone_number: str = "", of: int | None = None, **options: Any
) -> Sent:
    """Share one's own number, or somebody else's card."""
    shared = state.person(person_id if of is None else of)
    number = phone_number or f"316{shared.id % 10**8:08d}"
    card = {"phone_number": number, "first_name": shared.first_name, "user_id": shared.id}
    if shared.last_name:
        card["last_name"] = shared.last_name
    return say(state, person_id, {"contact": card}, options)


def location(
    state: State, person_id: int, latitude: float, longitude: float, **options: Any
) -> Sent:
    """Share a place."""
    for value, most in ((latitude, 90), (longitude, 180)):
        if not abs(value) <= most:
            raise Denied(400, "latitude and longitude must be numbers of degrees")
    return say(
        state, person_id, {"location": {"latitude": latitude, "longitude": longitude}}, options
    )


def photo(
    state: State, person_id: int, caption: str = "", upload: Upload | None = None, **options: Any
) -> Sent:
    """Send a picture; without one a small one is drawn."""
    upload = upload or Upload(picture(seed=state.last_message_id), "picture.png")
    try:
        field = files.photo(state.files, upload)
    except Refused as refused:
        raise Denied(400, refused.description) from refused
    return say(state, person_id, {**field, **_caption(caption, options)}, options)


def document(
    state: State, person_id: int, caption: str = "", upload: Upload | None = None, **options: Any
) -> Sent:
    """Send a file; without one a short text file."""
    upload = upload or Upload(b"Een klein bestand.\n", "notitie.txt", "text/plain")
    field = files.document_field(_kept(state, upload, "document"))
    return say(state, person_id, {**field, **_caption(caption, options)}, options)


def voice(
    state: State, person_id: int, duration: int = 3, upload: Upload | None = None, **options: Any
) -> Sent:
    """Send a voice note; without one, so many seconds of silence. May have a `caption`."""
    upload = upload or Upload(silence(duration), "voice.oga", "audio/ogg")
    described = _kept(state, upload, "voice")
    described["duration"] = duration
    field = files.voice_field(described)
    words = _caption(options.pop("caption", ""), options)
    return say(state, person_id, {**field, **words}, options)


def sticker(state: State, person_id: int, emoji: str = "👍", **options: Any) -> Sent:
    """Send a sticker."""
    upload = Upload(picture(64, 64), "sticker.png", "image/png")
    field = files.sticker_field(_kept(state, upload, "sticker"), emoji)
    return say(state, person_id, field, options)


def album(
    state: State, person_id: int, count: int = 2, caption: str = "", **options: Any
) -> list[Sent]:
    """Send several pictures at once: as many messages, told together by media_group_id."""
    if type(count) is not int or not 2 <= count <= 10:
        raise Denied(400, "an album has 2 to 10 pictures")
    group = str(state.last_message_id << 8)
    sent = []
    for number in range(count):
        field = files.photo(state.files, Upload(picture(seed=number), "picture.png"))
        words = _caption(caption, options) if number == 0 else {}
        sent.append(say(state, person_id, {**field, "media_group_id": group, **words}, options))
    return sent


def _kept(state: State, upload: Upload, kind: str) -> Json:
    try:
        return state.files.keep(upload, kind)
    except Refused as refused:
        raise Denied(400, refused.description) from refused


def _caption(words: str, options: Json) -> Json:
    """The fields for the words under it; takes its `caption_entities` out of the options."""
    marked = given(options.pop("caption_entities", None), words)
    if units(words) > LONGEST_CAPTION:
        raise Denied(400, f"a caption has at most {LONGEST_CAPTION} UTF-16 units")
    words, marked = trimmed(words, marked)
    if not words:
        return {}
    entities = with_found(words, marked)
    return {"caption": words} | ({"caption_entities": entities} if entities else {})
