"""The demo city's texts: enough of them, nobody real, and none a copy of another with words exchanged."""

import csv
import re
from itertools import combinations

import numpy as np
import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import vector_key
from matchmaker.matching.text.document import Side
from matchmaker.services.demo.city import DEMO
from matchmaker.services.vocabularies import SEED_DATA

LEAST = {"organizations": 75, "teams": 40, "needs": 120, "offers": 180}
TEXTS = {
    "needs": ("title", "problem", "indicators", "groundwork"),
    "offers": (
        "title",
        "summary",
        "innovation",
        "indicators",
        "applications",
        "services",
        "platforms",
        "instruments",
        "cases",
    ),
}
MOST_ALIKE = 0.15
INVENTED = re.compile("示例|Sample|Example")


def rows_of(name: str) -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", LEAST)
def test_there_is_enough(name: str) -> None:
    assert len(rows_of(name)) >= LEAST[name]


def test_there_are_enough_of_both_sides() -> None:
    kinds = [row["kind"] for row in rows_of("organizations")]
    assert kinds.count("enterprise") >= 60
    assert kinds.count("university") + kinds.count("institute") >= 15


@pytest.mark.parametrize("name", TEXTS)
def test_no_two_texts_are_near_duplicates(name: str) -> None:
    shingles = [(row["code"], _shingles("\n".join(row[field] for field in TEXTS[name]))) for row in rows_of(name)]
    alike = [
        (one, other)
        for (one, first), (other, second) in combinations(shingles, 2)
        if len(first & second) >= MOST_ALIKE * len(first | second)
    ]
    assert alike == []


def _shingles(text: str, length: int = 5) -> set[str]:
    """Its sequences of five characters; two sets are compared by Jaccard's index."""
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def test_every_organization_is_marked_as_invented() -> None:
    assert all("示例" in row["name"] for row in rows_of("organizations"))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("organizations", "contact_name"),
        ("teams", "leader"),
        ("needs", "contact_name"),
        ("offers", "contact_name"),
        ("offers", "contributors"),
    ],
)
def test_every_person_is_marked_as_invented(name: str, field: str) -> None:
    unmarked = [row[field] for row in rows_of(name) if row[field] and not INVENTED.search(row[field])]
    assert unmarked == []


@pytest.mark.parametrize("name", LEAST)
def test_addresses_lead_nowhere(name: str) -> None:
    for row in rows_of(name):
        assert row.get("contact_email", "").rpartition("@")[2] in ("", "example.com", "example.edu")
        assert "-0000-" in row.get("contact_phone", "-0000-")


def test_every_district_of_the_plan_has_targets() -> None:
    with (SEED_DATA / "reference" / "targets.csv").open(encoding="utf-8", newline="") as file:
        targeted = {row["district"] for row in csv.DictReader(file)}
    with (SEED_DATA / "reference" / "districts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["code"] for row in csv.DictReader(file)} <= targeted


def test_stored_vectors_are_those_of_the_encoder(encoder: Encoder) -> None:
    """A sample: that none is missing is the business of test_demo."""
    with np.load(DEMO / "vectors-e5.npz") as stored:
        vectors = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))
    titles = [row["title"] for row in rows_of("needs")[::40]]
    expected = encoder.encode_queries(titles)
    for title, vector in zip(titles, expected, strict=True):
        stored_vector = vectors[vector_key(Side.NEED, title)]
        assert float(stored_vector @ vector) == pytest.approx(1.0, abs=1e-3)
