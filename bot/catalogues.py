"""Keeps the texts in `locales/` up to date with the code: `make messages`.

What it writes depends on the code alone: no dates and no line numbers, so a run that changes no
text changes no file. Translations are never guessed; a text that is gone is kept as obsolete.
"""

from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.dialogue.language import LOCALES

ROOT: Final = Path(__file__).parent.parent
SOURCES: Final = ("bot", "handlers")
KEYWORDS: Final = {"_": None, "N_": None, "n_": (1, 2)}
TEMPLATE: Final = LOCALES / "bot.pot"
PLURAL_FORMS: Final = {
    "nl": "nplurals=2; plural=(n != 1);",
}
"""Each language but English, the source, with its rule as gettext knows it.

Babel numbers the forms of some languages (Arabic) in another order, so the rules are our own.
"""


def main() -> None:
    """Write the template and every language's catalogue anew."""
    found = extracted()
    TEMPLATE.write_bytes(written(found))
    for language in PLURAL_FORMS:
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(language) if path.exists() else Catalog(locale=language)
        catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
        path.write_bytes(header(language) + written(catalogue))


def extracted() -> Catalog:
    """Every text in the code."""
    found = Catalog()
    for folder in SOURCES:
        for name, _, text, comments, context in extract_from_dir(
            ROOT / folder,
            method_map=[("**.py", "python")],
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            place = f"{folder}/{Path(name).as_posix()}"
            found.add(text, None, [(place, 0)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue of `language` as it is on disk."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language, domain="bot")


def catalogue_path(language: str) -> Path:
    """Where the texts of `language` are."""
    return LOCALES / language / "LC_MESSAGES" / "bot.po"


def header(language: str) -> bytes:
    """The head of a catalogue, with its plural rule."""
    return (
        'msgid ""\n'
        'msgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURAL_FORMS[language]}\\n"\n\n'
    ).encode()


def written(catalogue: Catalog) -> bytes:
    """`catalogue` as a file without its head."""
    file = BytesIO()
    write_po(file, catalogue, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    return file.getvalue().strip() + b"\n"


if __name__ == "__main__":
    main()
