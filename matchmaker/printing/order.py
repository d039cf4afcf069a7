"""Natural sort order: hall 2 before hall 10, booth A2 before A10."""

import re
import unicodedata

CountingKey = list[tuple[int, int, str]]


def counting_order(text: str) -> CountingKey:
    """A sort key that puts A2 before A10. Character width and case do not matter."""
    parts = re.findall(r"\d+|\D+", unicodedata.normalize("NFKC", text).casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
