"""Ids in addresses."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**31 - 1


class RowIdConverter(IntegerConverter):
    """``<int:…>`` in a route: a number that no row can have is an unknown page, not an error of the database."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": LARGEST_ID, **options})
