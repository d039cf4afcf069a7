"""Cutting postings into passages: everything is covered, nothing is invented."""

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.text.cleaning import clean
from matchmaker.matching.text.document import LONGEST_PASSAGE, TITLE, Document, Section, Side

TEXTS = st.text(alphabet="轴承寿命。；，！\n 12aB😀.%μ", max_size=900)


@given(title=TEXTS, texts=st.lists(TEXTS, max_size=3))
@settings(max_examples=150, deadline=None)
def test_passages_are_literal_bounded_and_weigh_one(title: str, texts: list[str]) -> None:
    sections = tuple(Section(f"s{number}", text, number + 0.5) for number, text in enumerate(texts))
    document = Document(1, Side.NEED, title, sections)
    passages = document.passages()
    for passage in passages:
        text = document.section_text(passage.section)
        assert text[passage.start : passage.start + len(passage.text)] == passage.text
        assert 0 < len(passage.text) <= LONGEST_PASSAGE
    assert not passages or abs(sum(passage.weight for passage in passages) - 1) < 1e-6


def test_the_end_of_a_long_text_counts_as_well() -> None:
    long_text = "".join(f"第{number}道工序的温度是{number}度。" for number in range(600)) + "最后说的是钛合金焊接。"
    passages = Document(1, Side.NEED, "长文", (Section("problem", long_text),)).passages()
    assert "钛合金焊接" in passages[-1].text
    assert sum(len(passage.text) for passage in passages) >= len(long_text)


def test_a_sentence_pasted_twice_counts_once() -> None:
    sentence = "外圈滚道在台架上出现早期剥落。"
    passages = Document(1, Side.NEED, "剥落", (Section("problem", sentence * 40),)).passages()
    assert [passage.text for passage in passages if passage.section == "problem"] == [sentence]


def test_nothing_legible_gives_no_passages() -> None:
    assert Document(1, Side.NEED, "  \n\u0000", (Section("problem", "\u3000"),)).passages() == ()


def test_the_hash_follows_text_and_weight_only() -> None:
    first = Document(1, Side.NEED, "轴承", (Section("problem", "剥落", 1.0),))
    assert first.content_hash() == Document(7, Side.NEED, "轴承", (Section("problem", "剥落", 1.0),)).content_hash()
    assert first.content_hash() != Document(1, Side.NEED, "轴承", (Section("problem", "剥落", 0.5),)).content_hash()
    assert first.content_hash() != Document(1, Side.OFFER, "轴承", (Section("problem", "剥落", 1.0),)).content_hash()


def test_the_title_comes_first() -> None:
    passages = Document(1, Side.OFFER, "轴承", (Section("summary", "长寿命润滑脂。"),)).passages()
    assert [passage.section for passage in passages] == [TITLE, "summary"]


def test_characters_that_no_encoder_takes_are_cleaned_away() -> None:
    assert clean("高\u0000铁\ud800 ５０ｋＷ") == clean("高 铁 50kW")
