"""What is wrong in a file that is imported: all of it is told at once."""

from collections.abc import Sequence


class ImportErrors(Exception):
    """The file has mistakes; nothing of it was imported."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)
