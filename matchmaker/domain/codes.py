"""Codes that people show, scan or type: on badges, at the door."""

import secrets

CODE_LENGTH = 8
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that look alike: 0 and O, 1, I and L."""


def new_code() -> str:
    """A code that cannot be guessed: one of 31⁸."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """A typed or scanned code as stored: blanks, hyphens and case aside; of an address, its last part."""
    return text.strip().rstrip("/").rpartition("/")[2].replace(" ", "").replace("-", "").upper()
