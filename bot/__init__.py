"""Buurtbot: receiving, talking and sending; what it talks about is in `handlers`."""

import time
from typing import Final

BEGAN: Final = time.monotonic()
"""When this process began to be a bot."""
