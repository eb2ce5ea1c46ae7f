"""Messages as they are kept, and spans as they are clipped."""

import pytest

from bot.dialogue.messages import (
    Attachment,
    Button,
    Message,
    Rich,
    Span,
    Wanted,
    as_plain,
    clipped,
    dump,
    load,
    rich,
)


@pytest.mark.parametrize(
    "message",
    [
        Message("plain <b>"),
        Message(Rich("<b>rich</b>"), paid=True),
        Message(
            "", attachment=Attachment("voice", "voice.ogg", file="v-1"), about="announcement:1"
        ),
        Message(
            "a", ((Button("Yes", "y"),), (Button("See", url="https://a.nl"),)), clear_share=True
        ),
        Message("a", share=((Wanted.CONTACT, "Mine"),)),
        Message("a", attachment=Attachment("document", "a.csv", "maker", {"n": 1})),
    ],
)
def test_a_message_is_kept_whole(message):
    kept = load(dump(message))
    assert kept == message
    assert type(kept.text) is type(message.text)


def test_what_is_read_of_rich_text_is_what_was_put_in():
    odd = "a < b & c > d &lt; <b>"
    assert as_plain(rich("<b>{a}</b>", a=odd)) == odd
    assert as_plain("<b>") == "<b>"


def test_spans_are_kept_within_the_text_and_around_whole_characters():
    given = [(-5, 9), (1, 9), (0, 1), (3, 1), (0, 0), (2, -1), (4, 1)]
    kept = clipped("👨a", [Span("bold", *one) for one in given])
    assert [(span.offset, span.length) for span in kept] == [(0, 3), (2, 1)]
