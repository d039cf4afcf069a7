"""Translation without a web request.

Chinese is the source language: message ids are Chinese sentences with ``%(name)s`` placeholders. The web layer uses
Flask-Babel with the catalogue in ``matchmaker/translations``. This module uses that catalogue for the command line, for
print-outs, and for errors, whose language is only known when they are shown.
"""

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

LANGUAGES = ("zh", "en")
TRANSLATIONS = Path(__file__).parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name, which extraction looks for
    """Mark a message id for extraction and return it unchanged."""
    return message


def CN_(context: str, message: str) -> tuple[str, str]:  # noqa: N802 - as above
    """Mark a message id that depends on its context for extraction, and return (context, message id)."""
    return context, message


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [language]) if language != "zh" else NullTranslations()


def translate(message: str, language: str = "zh", **params: object) -> str:
    """The message in ``language``, with its placeholders filled. A message without a translation stays Chinese."""
    text = _catalogue(language).gettext(message)
    return text % params if params else text


def translate_in_context(context: str, message: str, language: str = "zh") -> str:
    """The message with this context in ``language``; its placeholders are not filled. See :func:`CN_`."""
    return str(_catalogue(language).pgettext(context, message))
