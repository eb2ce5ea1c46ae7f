"""What Telegram's updates say, and how far we are in them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import Moved, OutcomeUnknown, Unreadable, Update
from bot.channels.telegram_http import Garbled
from bot.channels.telegram_polling import Feed, Position
from bot.channels.telegram_updates import read
from bot.dialogue.messages import Heard, Kind, Pressed, Reachable, Shared, Span

PRIVATE = {"id": 5, "type": "private", "first_name": "Noor"}
NOOR = {"id": 5, "is_bot": False, "first_name": "Noor", "language_code": "nl-NL"}


def message(**content):
    return {"message_id": 9, "date": 1, "chat": PRIVATE, "from": NOOR, **content}


def said(**update):
    return read(Update("telegram:1", {"update_id": 1, **update}))


def test_a_text_is_heard():
    heard = said(message=message(text="dag\0", reply_to_message={"message_id": 7}))
    assert isinstance(heard, Heard)
    assert (heard.text, heard.reply_to, heard.edited) == ("dag", "7", False)
    assert (heard.origin.chat, heard.origin.private, heard.origin.language) == (
        "telegram:5",
        True,
        "nl-nl",
    )
    assert said(edited_message=message(text="dag")).edited


def test_a_press_names_its_message_and_query():
    pressed = said(callback_query={"id": "44", "from": NOOR, "message": message(), "data": "x"})
    assert isinstance(pressed, Pressed)
    assert (pressed.data, pressed.query, pressed.origin.message) == ("x", "44", "9")


@pytest.mark.parametrize(
    ("content", "kind", "value"),
    [
        ({"contact": {"phone_number": "+31", "user_id": 5}}, Kind.CONTACT,
         {"phone": "+31", "own": True}),
        ({"contact": {"phone_number": "+31", "user_id": 6}}, Kind.CONTACT,
         {"phone": "+31", "own": False}),
        ({"location": {"latitude": 52, "longitude": 5.1}}, Kind.LOCATION,
         {"latitude": 52.0, "longitude": 5.1}),
        ({"photo": [{"file_id": "small"}, {"file_id": "large"}]}, Kind.PHOTO, {"file": "large"}),
        ({"document": {"file_id": "d"}}, Kind.DOCUMENT, {"file": "d"}),
        ({"document": {"file_id": "d", "file_name": "a/\u202eb\n.pdf"}}, Kind.DOCUMENT,
         {"file": "d", "name": "ab.pdf"}),
        ({"document": {"file_id": "d", "file_name": "x" * 300 + ".pdf"}}, Kind.DOCUMENT,
         {"file": "d", "name": "x" * 116 + ".pdf"}),
        ({"document": {"file_id": "d", "file_name": 7}}, Kind.DOCUMENT, {"file": "d"}),
        ({"voice": {"file_id": "v"}}, Kind.VOICE, {"file": "v"}),
        ({"sticker": {"file_id": "s"}}, Kind.STICKER, {"file": "s"}),
        ({"animation": {}, "document": {"file_id": "d"}}, Kind.OTHER, {}),
        ({"poll": {}}, Kind.OTHER, {}),
    ],
)  # fmt: skip
def test_what_is_shared_keeps_what_is_worth_keeping(content, kind, value):
    shared = said(message=message(caption="bij", media_group_id="a", **content))
    assert isinstance(shared, Shared)
    assert (shared.kind, shared.value) == (kind, value)
    assert (shared.caption, shared.album) == ("bij", "a")


def entity(kind="bold", offset=0, length=3, **more):
    return {"type": kind, "offset": offset, "length": length, **more}


def spans(given, text="dag 👨!"):
    [heard, shared] = [
        said(message=message(text=text, entities=given)),
        said(message=message(photo=[{"file_id": "f"}], caption=text, caption_entities=given)),
    ]
    assert isinstance(heard, Heard)
    assert isinstance(shared, Shared)
    assert heard.spans == shared.spans
    assert heard.text == shared.caption == text.replace("\0", "")
    return heard.spans


def test_formatting_is_kept_of_texts_and_captions():
    given = [
        entity(),
        entity("text_link", 4, 2, url="https://example.org/"),
        entity("pre", 0, 7, language="python"),
        entity("expandable_blockquote", 0, 7),
    ]
    assert spans(given) == (
        Span("bold", 0, 3),
        Span("text_link", 4, 2, "https://example.org/"),
        Span("pre", 0, 7, language="python"),
        Span("expandable_blockquote", 0, 7),
    )
    edited = said(edited_message=message(text="dag", entities=given))
    assert edited.spans


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([entity("mention"), entity("url"), entity("custom_emoji"), entity("text_mention")], ()),
        ([entity("unheard_of"), entity(["bold"]), entity(None), 7, None, []], ()),
        ([entity(offset=True), entity(length=1.0), entity(length=0), entity(offset=2**60)], ()),
        ([entity(offset=-2), entity(offset=5, length=99)],
         (Span("bold", 0, 1), Span("bold", 6, 1))),
        ([entity(offset=4, length=1), entity(offset=99), entity(offset=-9, length=3)], ()),
        ([entity(offset=3, length=2)], (Span("bold", 3, 1),)),
        ([entity("text_link"), entity("text_link", url="x" * 3000), entity("text_link", url=5),
          entity("text_link", url="https://a.nl/\ud800"), entity("text_link", url="")], ()),
        ([entity("pre", language=["x"])], (Span("pre", 0, 3),)),
        ([entity(url="https://a.nl", language="x")], (Span("bold", 0, 3),)),
        ({"type": "bold"}, ()),
        ("bold", ()),
        (None, ()),
    ],
)  # fmt: skip
def test_odd_formatting_is_left_out_or_clipped_to_whole_characters(given, kept):
    assert spans(given) == kept


def test_a_text_with_a_sign_that_is_taken_out_loses_its_formatting():
    assert spans([entity()], "d\0ag") == ()


def test_no_more_formatting_is_read_than_telegram_shows():
    assert len(spans([entity()] * 100_000)) == 100
    assert spans([entity("mention")] * 399 + [entity()] * 9) == (Span("bold", 0, 3),)


def test_blocking_and_coming_back_are_told():
    for status, now in (("kicked", False), ("member", True)):
        change = {"chat": PRIVATE, "from": NOOR, "new_chat_member": {"status": status}}
        reachable = said(my_chat_member=change)
        assert isinstance(reachable, Reachable)
        assert reachable.now is now


def test_a_group_that_moves_is_told_from_either_side():
    group, bigger = {"id": -5, "type": "group"}, {"id": -100, "type": "supergroup"}
    ways = (
        {"chat": group, "migrate_to_chat_id": -100},
        {"chat": bigger, "migrate_from_chat_id": -5},
    )
    for way in ways:
        assert said(message=message(**way)) == Moved("telegram:1", "telegram:-5", "telegram:-100")


@pytest.mark.parametrize(
    "update",
    [
        {"message": message(new_chat_members=[])},
        {"message": message(text="x", **{"from": {"id": 6, "is_bot": True}})},
        {"message": message(text="x", chat={"id": -1, "type": "channel"})},
        {"poll": {}},
    ],
)
def test_what_is_not_for_us_is_nothing(update):
    assert said(**update) is None


@pytest.mark.parametrize(
    "content",
    [
        {"text": 5},
        {"text": "half \ud800"},
        {"text": "x", "message_id": True},
        {"contact": {"phone_number": None}},
        {"location": {"latitude": 1e308, "longitude": 0}},
        {"photo": [[]]},
    ],
)
def test_what_cannot_be_read_says_whom_to_apologise_to(content):
    with pytest.raises(Unreadable) as unreadable:
        said(message=message(**content))
    assert unreadable.value.chat == "telegram:5"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "chat",
                    "from",
                    "text",
                    "data",
                    "type",
                    "message_id",
                    "photo",
                    "entities",
                    "caption_entities",
                    "offset",
                    "length",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["update_id", "message", "callback_query", "my_chat_member"]), json_values
    )
    | json_values
)
@settings(max_examples=400, deadline=None)
def test_nothing_else_than_unreadable_comes_out_of_reading(raw):
    try:
        read(Update("telegram:1", raw))
    except Unreadable:
        return


def test_the_offset_follows_ids_that_follow_each_other():
    position = Position()
    position.step([10, 11, 15])
    assert position.next == 16
    position.step([11, 10])
    assert position.next == 16


def test_an_id_that_cannot_be_true_confirms_nothing():
    position = Position()
    position.step([10, 2**50, 11])
    assert position.next == 12
    position.step([2**50])
    assert position.next == 12


def test_what_comes_again_is_passed_one_by_one_and_then_believed():
    position = Position()
    position.step([10])
    for expected in (11, 12, 900_001):
        position.step([900_000])
        assert position.next == expected
    position.step([None])
    position.step([None])
    assert position.next == 900_002


def test_repeats_never_confirm_what_was_not_seen():
    position = Position()
    position.step([10, 11, 10, 11])
    for _ in range(5):
        position.step([10, 11])
    assert position.next == 12


class Line:
    """Stands in for the calls: one payload after another, parsed as the channel does."""

    def __init__(self, *updates):
        self.updates = list(updates)
        self.asked = []

    async def __call__(self, method, fields, seconds):
        self.asked.append(fields)
        found = self.updates[: fields["limit"]]
        payload = ('{"ok":true,"result":[' + ",".join(found) + "]}").encode()
        try:
            return json.loads(payload)["result"]
        except (ValueError, RecursionError):
            raise Garbled(payload) from None


async def test_an_update_that_is_no_json_costs_only_itself():
    line = Line('{"update_id": 10, "text": tru}', '{"update_id": 11}')
    feed = Feed(line)
    found = await feed.updates(0)
    while not found:
        found = await feed.updates(0)
    assert [update.key for update in found] == ["telegram:10"]
    assert isinstance(found[0].raw, str)
    line.updates.pop(0)
    found = await feed.updates(0)
    assert [update.key for update in found] == ["telegram:11"]
    assert line.asked[-1]["offset"] == 11


async def test_a_huge_number_is_no_reason_to_ask_again():
    line = Line('{"update_id": 10, "message": %s}' % ("9" * 5000))
    [update] = await Feed(line).updates(0)
    assert update.key == "telegram:10"
    assert len(line.asked) == 1


async def test_an_answer_that_is_not_telegrams_confirms_nothing():
    async def page(method, fields, seconds):
        raise Garbled(b"<html>please log in</html>")

    feed = Feed(page)
    for _ in range(12):
        with pytest.raises(OutcomeUnknown):
            await feed.updates(0)
    assert feed._position.next is None
