"""The phone page: the files of the folder `page`, at `/` and below `/page/`."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).with_name("page")
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; frame-ancestors 'none'"
    ),
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_EMPTY = "<!doctype html><title>Emulator</title><p>The phone page is not installed."


async def handle(request: web.Request) -> web.StreamResponse:
    """A file of the page, or its index."""
    name = request.match_info.get("name", "").removeprefix("page/") or "index.html"
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER.resolve()) or not path.is_file():
        if name == "index.html":
            return web.Response(text=_EMPTY, content_type="text/html")
        raise web.HTTPNotFound
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return web.Response(
        body=path.read_bytes(),
        headers={**HEADERS, "Content-Type": f"{kind or 'application/octet-stream'}; charset=utf-8"},
    )
