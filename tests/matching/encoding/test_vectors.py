"""No text is encoded twice."""

from collections.abc import Sequence

import numpy as np
import pytest

from matchmaker.matching.encoding.encoder import Encoder, Vectors, create_encoder
from matchmaker.matching.encoding.vectors import MemoryVectorStore, embed_documents
from matchmaker.matching.errors import EncoderError
from matchmaker.matching.text.document import Section, Side
from tests.matching.documents import need, offer


class CountingEncoder:
    """The real encoder, with a list of the texts it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dimension = encoder.name, encoder.dimension
        self.texts: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._encoder.encode_passages(texts)


def test_only_what_is_new_is_encoded(encoder: Encoder) -> None:
    counting, store = CountingEncoder(encoder), MemoryVectorStore()
    documents = [offer(1, "轴承", "滚道剥落。"), offer(2, "轴承", "电解液干涸。"), offer(3, "轴承", "滚道剥落。")]
    first = embed_documents(documents, counting, store)
    assert sorted(counting.texts) == sorted(["轴承", "滚道剥落。", "电解液干涸。"])
    again = embed_documents([*documents, offer(4, "轴承", "新的一句。")], counting, store)
    assert len(counting.texts) == 4
    assert np.array_equal(first[0].vector, again[0].vector)


def test_the_two_sides_are_encoded_differently(encoder: Encoder) -> None:
    store = MemoryVectorStore()
    asked, offered = embed_documents([need(1, "轴承寿命"), offer(1, "轴承寿命")], encoder, store)
    assert len(store) == 2
    assert 0.8 < float(asked.vector @ offered.vector) < 0.9999


def test_vectors_have_unit_length_and_progress_is_told(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []
    documents = [need(1, "轴承", "一句话。" * 3), offer(1, "电容", "另一句话。")]
    embedded = embed_documents(documents, encoder, MemoryVectorStore(), lambda done, total: told.append((done, total)))
    opening_of_the_need = 1
    assert told[-1] == (total := opening_of_the_need + sum(len(one.passages) for one in embedded), total)
    for one in embedded:
        assert one.passage_vectors.shape == (len(one.passages), encoder.dimension)
        assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)


def test_an_illegible_document_has_the_zero_vector(encoder: Encoder) -> None:
    (embedded,) = embed_documents([need(1, "\u3000", "\n")], encoder, MemoryVectorStore())
    assert not embedded.vector.any()


def test_english_and_chinese_share_one_space(encoder: Encoder) -> None:
    chinese, english, other = (
        one.vector
        for one in embed_documents(
            [
                need(1, "轴承疲劳寿命"),
                offer(1, "Fatigue life of rolling bearings"),
                offer(2, "Peony seed oil extraction"),
            ],
            encoder,
            MemoryVectorStore(),
        )
    )
    assert float(chinese @ english) > float(chinese @ other)


@pytest.mark.parametrize("spec", ["", "word2vec", "sentence-transformers:"])
def test_unknown_encoders_are_refused(spec: str) -> None:
    with pytest.raises(EncoderError):
        create_encoder(spec)


def test_sections_of_both_kinds_are_one_document(encoder: Encoder) -> None:
    document = need(1, "轴承", "剥落。")
    assert document.sections == (Section("text", "剥落。"),)
    assert document.side is Side.NEED
