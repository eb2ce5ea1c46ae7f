"""The people's side over HTTP: what the phone page and the tests ask.

GET  /people                       everybody
POST /people                       a new person
PATCH /people/{id}                 another name or language
GET  /people/{id}/chat?chat=ID     what stands on that phone
POST /people/{id}/{deed}           start text press edit contact location photo document voice
                                   sticker album read block unblock deactivate
POST /groups, /groups/{id}/upgrade
GET  /files/{file_id}              the bytes of a file in a message
GET  /ledger?after=SEQ             what the bot got delivered
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.emulator import attachments, groups, people, phone
from bot.emulator.chats import Person
from bot.emulator.files import Upload
from bot.emulator.people import Sent
from bot.emulator.refusals import Denied
from bot.emulator.state import State

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SHOWN_INLINE = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg",
     "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav", "audio/webm"}
)  # fmt: skip


class PeopleSide:
    """Answers phones."""

    def __init__(self, state: State, *, allow_anything: bool = False) -> None:
        self.state = state
        self.allow_anything = allow_anything

    def routes(self) -> list[web.RouteDef]:
        """Everything above."""
        return [
            web.get("/people", self.everybody),
            web.post("/people", self.new_person),
            web.patch("/people/{id}", self.change_person),
            web.get("/people/{id}/chat", self.chat),
            web.post("/people/{id}/{deed}", self.deed),
            web.post("/groups", self.new_group),
            web.post("/groups/{id}/upgrade", self.upgrade),
            web.get("/files/{file_id}", self.file),
            web.get("/ledger", self.ledger),
        ]

    async def everybody(self, _request: web.Request) -> web.Response:
        """GET /people."""
        return web.json_response(
            [phone.described(self.state, one) for one in self.state.people.values()]
        )

    async def new_person(self, request: web.Request) -> web.Response:
        """POST /people."""
        asked, _ = await read_body(request)
        _texts(asked, ("first_name", "last_name", "language_code", "username", "note"))
        if not asked.get("first_name"):
            raise Denied(400, "a person has a first_name")
        number = asked.get("id") or max([*self.state.people, 810000000]) + 1
        if type(number) is not int or not 0 < number < 2**52:
            raise Denied(400, "id must be a number above 0")
        known = ("first_name", "last_name", "username", "note")
        names = {key: asked[key] for key in known if key in asked}
        person = Person(number, language_code=asked.get("language_code", "nl"), **names)
        self.state.add(person)
        return web.json_response(phone.described(self.state, person), status=201)

    async def change_person(self, request: web.Request) -> web.Response:
        """PATCH /people/{id}."""
        person = self._person(request)
        asked, _ = await read_body(request)
        known = ("first_name", "last_name", "language_code", "username", "note")
        _texts(asked, known)
        for key in known:
            if key in asked:
                setattr(person, key, asked[key])
        person.refresh()
        self.state.chats[person.id].header = person.private_chat()
        self.state.touch("people", person=person.id)
        return web.json_response(phone.described(self.state, person))

    async def chat(self, request: web.Request) -> web.Response:
        """GET /people/{id}/chat."""
        number = request.query.get("chat")
        if number is not None and not number.removeprefix("-").isdigit():
            raise Denied(400, "chat must be a number")
        chat = people.chat_of(self.state, self._person(request), int(number) if number else None)
        return web.json_response(phone.shown(self.state, self._person(request), chat))

    async def deed(self, request: web.Request) -> web.Response:
        """POST /people/{id}/{deed}."""
        person = self._person(request)
        asked, upload = await read_body(request)
        name = request.match_info["deed"]
        if name == "press":
            return web.json_response(await self._press(person, asked))
        deed = _DEEDS.get(name)
        if deed is None:
            raise Denied(404, "people cannot do that")
        _texts(asked, ("text", "caption", "payload", "phone_number", "emoji"))
        _numbers(asked)
        asked.pop("upload", None)
        if upload is not None:
            asked["upload"] = upload
        if not deed.fits(asked):
            known = ", ".join(sorted(deed.needs | deed.may_have))
            raise Denied(400, f"{name} needs or may have: {known or 'nothing'}")
        return web.json_response(_told(deed.do(self.state, person.id, **_renamed(deed, asked))))

    async def _press(self, person: Person, asked: Json) -> Json:
        anything = asked.pop("anything", False)
        if anything and not self.allow_anything:
            raise Denied(403, "the server was not started with --allow-anything")
        wait = asked.pop("wait", 0)
        _numbers({**asked, "wait": wait})
        _texts(asked, ("data",))
        if not {"message_id", "data"} <= set(asked) <= {"message_id", "data", "chat"}:
            raise Denied(400, "a press has message_id and data, and perhaps chat and wait")
        update_id, query = people.press(self.state, person.id, anything=anything, **asked)
        answer = await self._answer_to(query, min(wait, 60)) if wait else None
        return {"update_id": update_id, "message": None, "query": query, "answer": answer}

    async def _answer_to(self, query: str, seconds: float) -> Json | None:
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

        def heard(event: Json) -> None:
            if event.get("query") == query:
                keys = ("text", "alert", "url")
                answered.set_result({key: event[key] for key in keys if key in event})

        stop = self.state.events.listen(heard)
        try:
            return await asyncio.wait_for(answered, seconds)
        except TimeoutError:
            return None
        finally:
            stop()

    async def new_group(self, request: web.Request) -> web.Response:
        """POST /groups."""
        asked, _ = await read_body(request)
        _texts(asked, ("title",))
        members = asked.get("members", [])
        if not isinstance(members, list) or any(type(one) is not int for one in members):
            raise Denied(400, "members must be ids of people")
        options = {key: bool(asked[key]) for key in ("forum", "bot_admin") if key in asked}
        chat = groups.make_group(self.state, asked.get("title", ""), members, **options)
        return web.json_response({**chat.header, "members": chat.members}, status=201)

    async def upgrade(self, request: web.Request) -> web.Response:
        """POST /groups/{id}/upgrade."""
        asked, _ = await read_body(request)
        number = _number(request.match_info["id"])
        chat = groups.upgrade(self.state, number, asked.get("order", "to_first"))
        return web.json_response({**chat.header, "members": chat.members})

    async def file(self, request: web.Request) -> web.Response:
        """GET /files/{file_id}; only pictures and sounds are shown by a browser."""
        described = self.state.files.known.get(request.match_info["file_id"])
        content = self.state.files.content(described["path"]) if described else None
        if described is None or content is None:
            raise Denied(404, "there is no such file")
        mime = described["mime_type"]
        headers = {"X-Content-Type-Options": "nosniff"}
        if mime not in _SHOWN_INLINE:
            mime, headers["Content-Disposition"] = "application/octet-stream", "attachment"
        return web.Response(body=content, content_type=mime, headers=headers)

    async def ledger(self, request: web.Request) -> web.Response:
        """GET /ledger."""
        after = _number(request.query.get("after", "0"))
        return web.json_response(self.state.ledger.after(after))

    def _person(self, request: web.Request) -> Person:
        return self.state.person(_number(request.match_info["id"]))


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something people do: the fields it needs, those it may have, and how they are called."""

    do: Callable[..., Any]
    needs: frozenset[str]
    may_have: frozenset[str]
    called: Json

    def fits(self, asked: Json) -> bool:
        return self.needs <= set(asked) <= self.needs | self.may_have


def _deed(do: Callable[..., Any], needs: str = "", may_have: str = "", **called: str) -> _Deed:
    return _Deed(do, frozenset(needs.split()), frozenset(may_have.split()), called)


_PLACE = "chat reply_to thread"
_DEEDS = {
    "start": _deed(people.start, "", "payload"),
    "text": _deed(people.text, "text", f"entities {_PLACE}", text="typed"),
    "edit": _deed(people.edit, "message_id text", "entities chat", text="typed"),
    "contact": _deed(attachments.contact, "", f"phone_number of {_PLACE}"),
    "location": _deed(attachments.location, "latitude longitude", _PLACE),
    "photo": _deed(attachments.photo, "", f"caption caption_entities upload {_PLACE}"),
    "document": _deed(attachments.document, "", f"caption caption_entities upload {_PLACE}"),
    "voice": _deed(attachments.voice, "", f"caption caption_entities duration upload {_PLACE}"),
    "sticker": _deed(attachments.sticker, "", f"emoji {_PLACE}"),
    "album": _deed(attachments.album, "", f"count caption {_PLACE}"),
    "read": _deed(people.read, "", "chat", chat="chat_id"),
    "block": _deed(people.block),
    "unblock": _deed(people.unblock),
    "deactivate": _deed(people.deactivate),
}
_OPTIONS = frozenset({"chat", "reply_to", "thread"})


def _renamed(deed: _Deed, asked: Json) -> Json:
    for option in _OPTIONS & set(asked):
        asked[option] = _number(asked[option])
    return {deed.called.get(key, key): value for key, value in asked.items()}


def _told(sent: Any) -> Json:
    if isinstance(sent, list):
        first: Json = sent[0]._asdict()
        return {**first, "messages": [one.message for one in sent]}
    return sent._asdict() if isinstance(sent, Sent) else {"update_id": None, "message": None}


async def read_body(request: web.Request) -> tuple[Json, Upload | None]:
    """The JSON object or the form of a request, and the file that came with it."""
    if request.content_type == "multipart/form-data":
        return await _form(request)
    body = await request.read()
    if body and request.content_type != "application/json":
        raise Denied(415, "send JSON (Content-Type: application/json) or a form with a file")
    asked = _parsed(body) if body else {}
    if not isinstance(asked, dict):
        raise Denied(400, "the body must be a JSON object")
    return asked, None


def _parsed(body: Any) -> Any:
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        raise Denied(400, "the body is not JSON") from None


async def _form(request: web.Request) -> tuple[Json, Upload | None]:
    asked: Json = {}
    upload = None
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                upload = Upload(value.file.read(), value.filename, value.content_type)
        elif name == "caption_entities":
            asked[name] = _parsed(value)
        else:
            asked[name] = value
    return asked, upload


def _number(text: Any) -> int:
    if type(text) is int:
        return text
    if not isinstance(text, str) or not text.removeprefix("-").isdigit() or len(text) > 18:
        raise Denied(400, "an id is a number")
    return int(text)


def _numbers(asked: Json) -> None:
    for key in ("message_id", "of", "count", "duration"):
        if type(asked.get(key, 0)) is not int:
            raise Denied(400, f"{key} must be a whole number")
    for key in ("latitude", "longitude", "wait"):
        if type(asked.get(key, 0)) not in (int, float):
            raise Denied(400, f"{key} must be a number")


def _texts(asked: Json, keys: tuple[str, ...]) -> None:
    for key in keys:
        if not isinstance(asked.get(key, ""), str):
            raise Denied(400, f"{key} must be a text")
