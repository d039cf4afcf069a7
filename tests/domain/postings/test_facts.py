"""The facts of a posting: stated for matching, and said to people."""

from dataclasses import fields

import pytest

from matchmaker.domain.amount import Amount
from matchmaker.domain.people import Organization
from matchmaker.domain.postings.facts import FACT_WORDS, fact_values
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import CooperationMode, OfferKind, OrganizationKind
from matchmaker.matching.text.facts import FACTS, Facts, compare_facts

ORGANIZATION = Organization(id=1, name="甲", kind=OrganizationKind.ENTERPRISE, district_code="jianxi")
MODES = frozenset({CooperationMode.LICENSE, CooperationMode.TRANSFER})


def need() -> Need:
    return Need(organization=ORGANIZATION, wanted_trl=7, budget=Amount(), cooperation_modes=MODES)


def offer() -> Offer:
    return Offer(organization=ORGANIZATION, kind=OfferKind.OUTCOME, trl=8, price=Amount(), cooperation_modes=MODES)


def test_every_fact_that_is_compared_has_words_and_no_other() -> None:
    assert list(FACT_WORDS) == [fact.name for fact in FACTS]


def test_a_posting_states_its_facts_by_matchings_names() -> None:
    known = {field.name for field in fields(Facts)}
    assert fact_values(need()).keys() == fact_values(offer()).keys() <= known
    checks = compare_facts(Facts(**fact_values(need())), Facts(**fact_values(offer())))
    assert {check.fact: check.verdict.value for check in checks} == {
        "trl": "fits",
        "cooperation_modes": "fits",
        "district": "fits",
    }


@pytest.mark.parametrize("name", FACT_WORDS)
def test_what_is_not_stated_is_an_empty_word(name: str) -> None:
    blank = Organization(id=2, name="乙", kind=OrganizationKind.ENTERPRISE)
    silent = Need(organization=blank, budget=Amount(), cooperation_modes=frozenset())
    assert FACT_WORDS[name].value(silent, "zh") == ""


def test_words_are_in_the_readers_language() -> None:
    words = FACT_WORDS["cooperation_modes"]
    assert words.value(need(), "zh") == "技术转让、技术许可"
    assert words.value(need(), "en") == "Technology transfer, Licence"
    assert words.common is not None
    other = Offer(organization=ORGANIZATION, cooperation_modes=frozenset({CooperationMode.LICENSE}))
    assert words.common(need(), other, "zh") == "技术许可"
