"""Checks of parameters by the published facts, compiled once for each method.

Stricter than Telegram on purpose: an unknown parameter, an unknown field of a structure and a
number where a text belongs are refused, because they are mistakes that Telegram swallows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.emulator.make_facts import FACTS
from bot.emulator.refusals import Refused, bad

Check = Callable[[Any, str], None]
Decode = Callable[[Any, str], Any]

_EMPTY = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "from_chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "callback_query_id": "query identifier is not specified",
    "file_id": "file_id not specified",
}
_MARKUP_KEYS = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}
_TRUE = {"true", "yes", "1"}
_FALSE = {"false", "no", "0"}
_LARGEST = 2**63


def wrong(where: str, expected: str) -> Refused:
    """The refusal for a value of another type than the facts allow."""
    return bad(f"can't parse {where}: expected {expected}", f"{where} must be {expected}")


class Checks:
    """The compiled checks of all methods."""

    def __init__(self, facts: dict[str, Any] | None = None) -> None:
        self.facts = facts or json.loads(FACTS.read_text(encoding="utf-8"))
        self._structures: dict[str, Check] = {}
        self._methods = {name: self._method(f) for name, f in self.facts["methods"].items()}
        self.names = {name.lower(): name for name in self._methods}
        self.updates = frozenset(self.facts["updates"])

    def decoded(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """The parameters as Python values; raises Refused for the first that is wrong."""
        known, required = self._methods[method]
        values = {}
        for name, value in given.items():
            decode = known.get(name)
            if decode is None:
                raise bad(f'unknown parameter "{name[:64]}"', "Telegram does not know it")
            if value is not None and not (value == "" and name not in required):
                values[name] = decode(value, name)
        for name in required:
            if name not in values:
                raise bad(_EMPTY.get(name, f'parameter "{name}" is required'), f"{name} is missing")
        return values

    def _method(self, facts: dict[str, Any]) -> tuple[dict[str, Decode], tuple[str, ...]]:
        known = {name: self._decode(fact["types"]) for name, fact in facts.items()}
        return known, tuple(name for name, fact in facts.items() if fact.get("required"))

    def _decode(self, types: list[str]) -> Decode:
        simple = _DECODERS.get("/".join(types))
        if simple is not None:
            return simple
        check = self._check(types)

        def decode(value: Any, name: str) -> Any:
            if isinstance(value, str):
                try:
                    value = json.loads(value)
                except ValueError:
                    raise bad(f"can't parse {_spoken(name)} JSON object") from None
            check(value, name)
            return value

        return decode

    def _check(self, types: list[str]) -> Check:
        """The check of one value that may have any of these types."""
        if len(types) == 1:
            return self._check_one(types[0])
        if set(types) == set(_MARKUP_KEYS.values()):
            return self._check_markup
        if all(name.startswith("Array of ") for name in types):
            return _each(self._union([name.removeprefix("Array of ") for name in types]))
        return _SIMPLE["/".join(types)]

    def _check_one(self, name: str) -> Check:
        if name.startswith("Array of "):
            return _each(self._check_one(name.removeprefix("Array of ")))
        if name in _SIMPLE:
            return _SIMPLE[name]
        return self._structure(name)

    def _structure(self, name: str) -> Check:
        if name not in self._structures:
            facts = self.facts["types"][name]
            compiled = self._union(facts["one_of"]) if "one_of" in facts else self._fields(name)
            self._structures[name] = compiled
        return self._structures[name]

    def _fields(self, name: str) -> Check:
        fields = self.facts["types"][name]["fields"]
        checks = {key: self._check(fact["types"]) for key, fact in fields.items()}
        required = [key for key, fact in fields.items() if fact.get("required")]

        def check(value: Any, where: str) -> None:
            if type(value) is not dict:
                raise bad(f"object expected as {_spoken(where)}", f"{where} must be {name}")
            for key, item in value.items():
                one = checks.get(key)
                if one is None:
                    raise bad(f'unknown field "{key[:64]}" in {where}', f"{name} has no such field")
                one(item, key)
            for key in required:
                if key not in value:
                    raise bad(f"can't parse {where}: can't find field \"{key}\"", f"of {name}")

        return check

    def _union(self, names: list[str]) -> Check:
        """Structures told apart by their field `type`."""
        by_word = {self.facts["types"][n]["fields"]["type"]["value"]: n for n in names}

        def check(value: Any, where: str) -> None:
            if type(value) is not dict:
                raise bad(f"object expected as {_spoken(where)}")
            word = value.get("type")
            name = by_word.get(word) if isinstance(word, str) else None
            if name is None:
                raise bad(f"can't parse {_spoken(where)}: unsupported type specified")
            self._structure(name)(value, where)

        return check

    def _check_markup(self, value: Any, where: str) -> None:
        if type(value) is not dict:
            raise bad("object expected as reply markup")
        for key, name in _MARKUP_KEYS.items():
            if key in value:
                return self._structure(name)(value, where)
        raise bad("can't parse reply markup: no known keyboard in it", "no known key")


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _each(check: Check) -> Check:
    def check_each(value: Any, where: str) -> None:
        if type(value) is not list:
            raise bad(f"can't parse {_spoken(where)}: expected an Array", f"{where} is no array")
        for item in value:
            check(item, where)

    return check_each


def _text(value: Any, where: str) -> None:
    if type(value) is not str:
        raise wrong(where, "a String")


def _integer(value: Any, where: str) -> None:
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        raise wrong(where, "an Integer")


def _boolean(value: Any, where: str) -> None:
    if type(value) is not bool:
        raise wrong(where, "a Boolean")


def _number(value: Any, where: str) -> None:
    if type(value) not in (int, float) or not abs(value) <= _LARGEST:
        raise wrong(where, "a Float")


def _integer_or_text(value: Any, where: str) -> None:
    if type(value) is not str:
        _integer(value, where)


def _decode_text(value: Any, where: str) -> str:
    _text(value, where)
    return str(value)


def _decode_integer(value: Any, where: str) -> int:
    if isinstance(value, str):
        if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) < 21):
            raise wrong(where, "an Integer")
        value = int(value)
    _integer(value, where)
    return int(value)


def _decode_chat(value: Any, where: str) -> int | str:
    if isinstance(value, str) and not value.removeprefix("-").isdigit():
        return value
    return _decode_integer(value, where)


def _decode_number(value: Any, where: str) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise wrong(where, "a Float") from None
    _number(value, where)
    return float(value)


def _decode_boolean(value: Any, where: str) -> bool:
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    _boolean(value, where)
    return bool(value)


def _decode_file(value: Any, where: str) -> Any:
    if isinstance(value, (dict, list, int, float)):
        raise wrong(where, "a file, a file_id or an address")
    return value


_SIMPLE: dict[str, Check] = {
    "String": _text,
    "Integer": _integer,
    "Boolean": _boolean,
    "Float": _number,
    "Integer/String": _integer_or_text,
}
_DECODERS: dict[str, Decode] = {
    "String": _decode_text,
    "Integer": _decode_integer,
    "Boolean": _decode_boolean,
    "Float": _decode_number,
    "Integer/String": _decode_chat,
    "InputFile": _decode_file,
    "InputFile/String": _decode_file,
}
