"""What of a posting is quoted below a search."""

from matchmaker.matching.text.document import Document, Section, Side
from matchmaker.services.finding.snippets import snippet

OFFER = Document(
    1,
    Side.OFFER,
    "轴承滚道强化",
    (Section("summary", "电解液配方已经小试。"), Section("results", "轴承滚道的疲劳寿命提高一倍，滚道不再剥落。")),
)


def test_the_passage_with_most_of_the_words_is_quoted_with_them_highlighted() -> None:
    span = snippet(OFFER, "滚道疲劳寿命")
    assert span is not None
    assert span.section == "results"
    marked = [span.text[start:end] for start, end in span.highlights]
    assert "滚道" in "".join(marked)
    assert "疲劳" in "".join(marked)


def test_places_that_touch_are_marked_as_one() -> None:
    span = snippet(OFFER, "滚道疲劳寿命")
    assert span is not None
    assert all(end < start for (_, end), (start, _) in zip(span.highlights, span.highlights[1:], strict=False))


def test_without_a_common_word_the_first_passage_is_quoted() -> None:
    span = snippet(OFFER, "牡丹籽油")
    assert span is not None
    assert (span.section, span.highlights) == ("summary", ())


def test_a_title_alone_is_not_quoted() -> None:
    assert snippet(Document(1, Side.OFFER, "轴承滚道强化"), "轴承") is None
