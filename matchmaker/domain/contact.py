"""Contacts written on one line: “张工 138-0000-0000 zhang@example.com”."""

import re
import unicodedata

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.postings.fields import CONTACT, Field, clean_text, read_email
from matchmaker.i18n import N_

CONTACT_LINE = Field(
    "contact",
    "联系方式",
    "How to reach you",
    length=200,
    hint=N_("姓名、电话或邮箱，用空格隔开，如“张工 0379-60000000”"),
)

_NAME, _PHONE, _EMAIL = CONTACT
_ADDRESS = re.compile(r"[^\s,;、:()]+@[^\s,;、:()]+")
_NUMBER = re.compile(r"\+?\(?\d[\d\s()转*#-]{5,}\d")
_BETWEEN = " ,;、:/|()"


def read_contact(line: str) -> dict[str, str]:
    """Name, phone and e-mail by field name. What is neither an address nor a number is the name.

    Raises :class:`InvalidInput` for the field :data:`CONTACT_LINE` when a part is wrong or too long.
    """
    rest = unicodedata.normalize("NFKC", clean_text(line))
    address, rest = _taken(_ADDRESS, rest)
    number, rest = _taken(_NUMBER, rest)
    name = " ".join(rest.strip(_BETWEEN).split())
    for field, words in ((_NAME, name), (_PHONE, number)):
        if len(words) > field.length:
            raise InvalidInput(
                N_("“%(label)s”最多 %(limit)d 字，现有 %(length)d 字，请删减"),
                field=CONTACT_LINE.name,
                label=field,
                limit=field.length,
                length=len(words),
            )
    try:
        email = read_email(address, _EMAIL) if address else ""
    except InvalidInput as error:
        error.field = CONTACT_LINE.name
        raise
    return {_NAME.name: name, _PHONE.name: number, _EMAIL.name: email}


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The first match of the pattern, and the text without it."""
    match = pattern.search(text)
    if match is None:
        return "", text
    return match.group().strip(_BETWEEN), f"{text[: match.start()]} {text[match.end() :]}"
