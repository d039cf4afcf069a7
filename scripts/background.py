"""Compute an encoder's general background (see matchmaker/matching/background.py) from the demo city.

    matchmaker init --demo && python scripts/background.py

Run it for another encoder with MATCHMAKER_ENCODER set, or after the demo city's texts changed much.
"""

from pathlib import Path

import numpy as np

import matchmaker.matching
from matchmaker.config import load_settings
from matchmaker.matching.document import Side
from matchmaker.matching.vectors import embed_documents
from matchmaker.services.platform import create_platform

BACKGROUNDS = Path(matchmaker.matching.__file__).parent / "backgrounds"


def main() -> None:
    """Write the mean vector of each side."""
    corpus = create_platform(load_settings()).corpus
    corpus.refresh()
    means = {}
    for side in Side:
        embedded = embed_documents(corpus.matcher.documents(side), corpus.encoder, corpus.store)
        means[side.value] = np.mean([one.vector for one in embedded], axis=0).astype(np.float16)
        print(side, len(embedded))
    np.savez_compressed(BACKGROUNDS / f"{corpus.encoder.name}.npz", **means)


if __name__ == "__main__":
    main()
