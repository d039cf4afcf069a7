"""Every text that people see has an English translation that takes the same placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import matchmaker
from matchmaker.i18n import TRANSLATIONS

PACKAGE = Path(matchmaker.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "CN_": ((1, "c"), 2), "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)[.\d]*[sdf]")


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def used_texts() -> set[tuple[str, str]]:
    """Every text with its context, which most have none of."""
    found = extract_from_dir(PACKAGE, METHODS, {"**.html": {"encoding": "utf-8"}}, keywords=KEYWORDS)
    return {(message if isinstance(message, str) else message[0], context or "") for _, _, message, _, context in found}


def test_every_text_is_translated(english: Catalog) -> None:
    texts = used_texts()
    assert len(texts) > 100
    missing = sorted((text, context) for text, context in texts if not has_english(english.get(text, context or None)))
    assert missing == []


def has_english(entry: Message | None) -> bool:
    """Whether there is a translation; of a counted text, one for one and one for many."""
    return (
        entry is not None and not entry.fuzzy and all([entry.string] if isinstance(entry.string, str) else entry.string)
    )


def test_translations_keep_the_placeholders(english: Catalog) -> None:
    changed = [
        entry.id
        for entry in english
        if isinstance(entry.id, str)
        and isinstance(entry.string, str)
        and set(PLACEHOLDER.findall(entry.id)) != set(PLACEHOLDER.findall(entry.string))
    ]
    assert changed == []
