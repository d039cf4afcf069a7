"""Which part of a posting to quote for a search."""

from matchmaker.matching.ranking.explanation import Span
from matchmaker.matching.text.document import TITLE, Document, Passage
from matchmaker.matching.text.words import located_terms, terms


def snippet(document: Document, text: str) -> Span | None:
    """The passage (the title aside) that has most of the text's words, with these highlighted.

    The first passage when none has any; ``None`` for a document that is only a title.
    """
    wanted = {term for term in terms(text) if len(term) > 1}
    passages = [passage for passage in document.passages() if passage.section != TITLE]
    quoted = [_quoted(passage, wanted) for passage in passages]
    return max(quoted, key=_words_highlighted, default=None)


def _quoted(passage: Passage, wanted: set[str]) -> Span:
    places = sorted((start, end) for term, start, end in located_terms(passage.text) if term in wanted)
    highlights: list[tuple[int, int]] = []
    for start, end in places:
        if highlights and start <= highlights[-1][1]:
            highlights[-1] = (highlights[-1][0], max(end, highlights[-1][1]))
        else:
            highlights.append((start, end))
    return Span(passage.section, passage.text, passage.start, tuple(highlights))


def _words_highlighted(span: Span) -> int:
    """How many different highlighted strings a span has."""
    return len({span.text[start:end] for start, end in span.highlights})
