"""The values of a posting by field name, as forms, tables and the verbs of ``postings.py`` pass them on."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from matchmaker.domain.amount import Amount
from matchmaker.domain.postings.fields import fields_of
from matchmaker.domain.postings.posting import Offer, Posting
from matchmaker.domain.vocabulary import Visibility

REFERENCE_COLUMNS = {"industry": "industry_code", "field": "field_code", "district": "district_code"}
"""Fields whose value is the code of a vocabulary's row, and the columns that hold it."""


def values_of(posting: Posting) -> dict[str, Any]:
    """The posting's values by field name, in the form that creating and updating a posting take them."""
    names = {field.name for field in fields_of(posting)}
    return {name: getattr(posting, REFERENCE_COLUMNS.get(name, name)) for name in names}


def content_hash(posting: Posting) -> str:
    """A hash of all that an edit can change; the status is no part of it."""
    values = values_of(posting)
    if isinstance(posting, Offer):
        values["team"] = posting.team.name if posting.team else None
    said = sorted((name, _plainly(value)) for name, value in values.items())
    return sha256(repr(said).encode()).hexdigest()[:16]


def apply_values(posting: Posting, values: Mapping[str, Any]) -> None:
    """Write values by field name into the posting; names it does not have are ignored."""
    names = {field.name for field in fields_of(posting)}
    for name in names & values.keys():
        value = values[name]
        if name == "visibility" and value is None:
            value = Visibility.PUBLIC
        setattr(posting, REFERENCE_COLUMNS.get(name, name), value)


def _plainly(value: Any) -> str:
    """The value as text, equal before and after it was stored."""
    match value:
        case Amount():
            return value.label("zh")
        case frozenset():
            return ",".join(sorted(value))
        case _:
            return str(value or "")
