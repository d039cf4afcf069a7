"""Which language the command line speaks: Chinese, unless the environment asks for English."""

import os
from collections.abc import Mapping
from typing import Literal

from matchmaker.i18n import translate

Language = Literal["zh", "en"]


def chosen_language(environment: Mapping[str, str]) -> Language:
    """``MATCHMAKER_LANGUAGE`` decides, then the first of ``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that is set."""
    for variable in ("MATCHMAKER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(variable):
            return "en" if environment[variable].casefold().startswith("en") else "zh"
    return "zh"


LANGUAGE: Language = chosen_language(os.environ)


def say(message: str, **params: object) -> str:
    """The message in the operator's language. Mark message ids with :func:`~matchmaker.i18n.N_`."""
    return translate(message, LANGUAGE, **params)
