"""Matching: from texts to vectors, candidates, ranked matches and explanations. Usable alone as a library.

matcher.py  everything in one object: index documents, ask for matches
text/       documents and their facts; cleaning; terms
encoding/   encoders, stored vectors, centring and projection
retrieval/  the index of both sides: nearest vectors, BM25, candidates, near-duplicates
ranking/    features of pairs, rankers (scores 0–100), hubness, order, explanations
learning/   datasets, training, learning from feedback, evaluation
coaching/   what a vague need leaves open
"""

from matchmaker.matching.encoding.encoder import Encoder, create_encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, VectorStore, embed_documents
from matchmaker.matching.errors import DatasetError, EncoderError, MatchingError, RankerError
from matchmaker.matching.matcher import Match, Matcher
from matchmaker.matching.ranking.explanation import Evidence, Explanation, Span
from matchmaker.matching.text.document import Document, Passage, Section, Side
from matchmaker.matching.text.facts import FactCheck, Facts, Verdict

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
