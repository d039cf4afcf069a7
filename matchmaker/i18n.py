"""Translation without a web request.

Chinese is the source language: message ids are Chinese sentences with ``%(name)s`` placeholders. The web layer uses
Flask-Babel on the same catalogue (``matchmaker/translations``); this module serves the command line, the print-outs
and the errors that services raise before anyone knows who will read them.
"""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name, which extraction looks for
    """Mark a message id for extraction and return it unchanged."""
    return message


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language]) if language != "zh" else NullTranslations()


def translate(message: str, language: str = "zh", **params: object) -> str:
    """The message in ``language``, with its placeholders filled; an untranslated one stays Chinese."""
    text = _catalogue(language).gettext(message)
    return text % params if params else text
