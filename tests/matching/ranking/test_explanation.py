"""Reasons quote what is there, and compare facts as a person would."""

from datetime import date
from decimal import Decimal

import pytest

from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore
from matchmaker.matching.matcher import Matcher
from matchmaker.matching.text.facts import Facts, Verdict, compare_facts
from tests.matching.documents import need, offer

PROBLEM = "外圈滚道在120万公里后出现早期剥落。润滑脂在高温下变稀。厂房的屋顶漏水。"
SUMMARY = "本团队会修屋顶。我们以超声滚压强化滚道，剥落时间推迟一倍。聚脲润滑脂在150 ℃不变稀。"


@pytest.fixture(scope="module")
def matcher(encoder: Encoder) -> Matcher:
    matcher = Matcher(encoder, MemoryVectorStore())
    matcher.upsert([need(1, "轴承剥落", PROBLEM), offer(1, "滚道强化", SUMMARY), offer(2), offer(4), offer(5)])
    return matcher


def test_every_quotation_is_literal_and_marks_shared_words(matcher: Matcher) -> None:
    asked, offered = need(1, "轴承剥落", PROBLEM), offer(1, "滚道强化", SUMMARY)
    explanation = matcher.explain(asked, offered)
    assert explanation.evidence
    for evidence in explanation.evidence:
        for span, document in ((evidence.need, asked), (evidence.offer, offered)):
            text = document.section_text(span.section)
            assert text[span.start : span.start + len(span.text)] == span.text
            ends = [0]
            for start, end in span.highlights:
                assert ends[-1] <= start < end <= len(span.text)
                ends.append(end)
    marked = {
        evidence.need.text[start:end] for evidence in explanation.evidence for start, end in evidence.need.highlights
    }
    assert any("滚道" in words or "剥落" in words for words in marked)


def test_evidence_is_best_first(matcher: Matcher) -> None:
    evidence = matcher.explain(need(1, "轴承剥落", PROBLEM), offer(1, "滚道强化", SUMMARY)).evidence
    assert [one.similarity for one in evidence] == sorted((one.similarity for one in evidence), reverse=True)


def test_an_empty_side_is_explained_by_nothing(matcher: Matcher) -> None:
    assert matcher.explain(need(1, "\u3000"), offer(1, "滚道强化", SUMMARY)).evidence == ()


def verdicts(asked: Facts, offered: Facts) -> dict[str, Verdict]:
    return {check.fact: check.verdict for check in compare_facts(asked, offered)}


@pytest.mark.parametrize(
    ("budget", "price", "verdict"),
    [
        ((50, 80), (60, 60), Verdict.FITS),
        ((50, 50), (200, 200), Verdict.CONFLICTS),
        ((None, 100), (80, 120), Verdict.FITS),
        ((30, None), (40, 50), Verdict.CONFLICTS),
        ((50, 80), (None, None), Verdict.UNKNOWN),
    ],
)
def test_budget_against_price(
    budget: tuple[int | None, int | None], price: tuple[int | None, int | None], verdict: Verdict
) -> None:
    def facts(low: int | None, high: int | None) -> Facts:
        return Facts(
            amount_min=None if low is None else Decimal(low), amount_max=None if high is None else Decimal(high)
        )

    assert verdicts(facts(*budget), facts(*price))["budget"] is verdict


def test_a_negotiable_price_is_no_conflict() -> None:
    asked = Facts(amount_min=Decimal(50), amount_max=Decimal(50))
    offered = Facts(amount_min=Decimal(200), amount_max=Decimal(200), negotiable=True)
    assert verdicts(asked, offered)["budget"] is Verdict.UNKNOWN


def test_maturity_modes_and_districts() -> None:
    asked = Facts(wanted_trl=7, cooperation_modes=frozenset({"license"}), district="jianxi", industry="new_energy")
    offered = Facts(trl=5, cooperation_modes=frozenset({"license", "transfer"}), district="gaoxin")
    found = verdicts(asked, offered)
    assert found["trl"] is Verdict.CONFLICTS
    assert found["cooperation_modes"] is Verdict.FITS
    assert found["industry"] is Verdict.UNKNOWN
    assert "district" not in found


def test_what_nobody_said_is_not_mentioned() -> None:
    assert compare_facts(Facts(), Facts()) == ()
    assert verdicts(Facts(deadline=date(2027, 1, 1)), Facts()) == {"deadline": Verdict.UNKNOWN}
