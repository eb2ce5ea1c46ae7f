"""Uploaded files: kept in a folder, or in memory where there is none.

A file_id names a file and the kind it was sent as; the same bytes have one file_unique_id.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.emulator.pictures import measures
from bot.emulator.refusals import bad

Json = dict[str, Any]

LARGEST_PHOTO, LARGEST_FILE, LARGEST_DOWNLOAD = 10_000_000, 50_000_000, 20_000_000
_FOLDERS = {"photo": "photos", "voice": "voice", "sticker": "stickers", "audio": "music"}
_ENDING = re.compile(r"\.[a-z0-9]{1,5}$")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its bytes, name and media type."""

    content: bytes
    name: str = "file"
    mime: str = ""


class Files:
    """All files of one emulator, by file_id."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.known: dict[str, Json] = {}
        self._contents: dict[str, bytes] = {}

    def keep(self, upload: Upload, kind: str) -> Json:
        """Keep an upload and describe it; the same file twice is kept once."""
        if not upload.content:
            raise bad("file must be non-empty")
        digest = hashlib.sha256(upload.content).hexdigest()
        file_id = f"{kind}-{digest[:40]}"
        ending = _ENDING.search(upload.name.lower())
        described: Json = {
            "file_id": file_id,
            "file_unique_id": digest[:16],
            "file_size": len(upload.content),
            "file_name": upload.name,
            "mime_type": upload.mime or mimetypes.guess_type(upload.name)[0] or "",
            "path": f"{_FOLDERS.get(kind, 'documents')}/{digest[:24]}{ending[0] if ending else ''}",
        }
        self.known[file_id] = described
        self._write(described["path"], upload.content)
        return described

    def content(self, path: str) -> bytes | None:
        """The bytes at a file_path that getFile gave."""
        if not any(one["path"] == path for one in self.known.values()):
            return None
        if self.folder is None:
            return self._contents.get(path)
        return (self.folder / path).read_bytes()

    def clear(self) -> None:
        """Forget all files; what lies in the folder is overwritten or left alone."""
        self.known.clear()
        self._contents.clear()

    def _write(self, path: str, content: bytes) -> None:
        if self.folder is None:
            self._contents[path] = content
            return
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def photo(files: Files, upload: Upload) -> Json:
    """Keep a picture; returns the message field. Refused for what is no picture or too large."""
    if len(upload.content) > LARGEST_PHOTO:
        raise bad("file is too big for a photo; the maximum size is 10485760 bytes")
    size = measures(upload.content)
    if upload.content and size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    described = files.keep(upload, "photo")
    width, height = size or (0, 0)
    if (
        not width
        or not height
        or width + height > 10_000
        or max(width, height) > 20 * min(size or (1,))
    ):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    described.update(width=width, height=height)
    return photo_field(described)


def photo_field(described: Json) -> Json:
    """The `photo` of a message."""
    keys = ("file_id", "file_unique_id", "width", "height", "file_size")
    return {"photo": [{key: described[key] for key in keys}]}


def document_field(described: Json) -> Json:
    """The `document` of a message."""
    keys = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")
    return {"document": {key: described[key] for key in keys if described[key]}}


def voice_field(described: Json) -> Json:
    """The `voice` of a message; a voice that is sent on lasts as long as it did."""
    keys = ("file_id", "file_unique_id", "file_size")
    voice = {key: described[key] for key in keys}
    seconds = described.get("duration", 0)
    return {"voice": {**voice, "duration": seconds, "mime_type": "audio/ogg"}}


def sticker_field(described: Json, emoji: str = "") -> Json:
    """The `sticker` of a message."""
    keys = ("file_id", "file_unique_id", "file_size")
    sticker: Json = {key: described[key] for key in keys}
    sticker.update(type="regular", width=512, height=512, is_animated=False, is_video=False)
    return {"sticker": {**sticker, "emoji": emoji} if emoji else sticker}
