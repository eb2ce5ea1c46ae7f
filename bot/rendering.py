"""What becomes of a promise when it is claimed: its renderer's word, in the words of storage."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.dialogue.flow import Rendered, Renderer
from bot.dialogue.messages import Dropped, Message, PutOff, dump
from storage import Tx
from storage.desk import Held, Made, RenderMany, Skipped
from storage.outbox import Content


class Rendering:
    """`one` renders one row; `together` are those that render many in one go, by their names."""

    def __init__(self, renderers: Iterable[Renderer], clock: Clock) -> None:
        self._clock = clock
        self._renderers = {renderer.name: renderer for renderer in renderers}
        self.together: Mapping[str, RenderMany] = {
            renderer.name: partial(self._many, renderer)
            for renderer in self._renderers.values()
            if renderer.together
        }

    def one(self, tx: Tx, renderer: str, arguments: Mapping[str, Any]) -> Made:
        """What becomes of this row."""
        return _made(self._renderers[renderer].one(tx, arguments, self._clock.now()), dump)

    def _many(
        self, renderer: Renderer, tx: Tx, asked: Sequence[Mapping[str, Any]]
    ) -> Sequence[Made]:
        dumped: dict[int, Content] = {}

        def once(message: Message) -> Content:
            """Many get the very same message."""
            content = dumped.get(id(message))
            if content is None:
                content = dumped[id(message)] = dump(message)
            return content

        rendered = renderer.many(tx, asked, self._clock.now())
        return [_made(one, once) for one in rendered]


def _made(rendered: Rendered, dumped: Callable[[Message], Content]) -> Made:
    if isinstance(rendered, Dropped):
        return Skipped(rendered.reason)
    if isinstance(rendered, PutOff):
        return Held(rendered.until, rendered.reason)
    return None if rendered is None else dumped(rendered)
