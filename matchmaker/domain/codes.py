"""Check-in codes on badges, which people scan or type."""

import secrets

CODE_LENGTH = 8
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""The characters of a code, without similar ones: 0 and O, 1, I and L."""


def new_code() -> str:
    """A random code, one of 31⁸."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """The stored form of a typed or scanned code: upper case, no blanks or hyphens; of an address, its last part."""
    return text.strip().rstrip("/").rpartition("/")[2].replace(" ", "").replace("-", "").upper()
