"""Lists in pages, numbered from 1."""


def count_pages(total: int, length: int) -> int:
    """How many pages so many lines fill, ``length`` on each; at least one."""
    return max(1, -(-total // length))


def within_pages(number: int, total: int, length: int) -> int:
    """The page that is there instead of one before the first or past the last."""
    return max(1, min(number, count_pages(total, length)))
