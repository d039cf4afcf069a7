"""Fit the projection of an encoder's space (see matchmaker/matching/encoding/projection.py) on related pairs of texts.

    python scripts/projection.py DATASET_DIR

A folder in BEIR layout; its related pairs are taken. The shipped one was fitted on ../shared/eval/csl-dev. Run it for
another encoder with MATCHMAKER_ENCODER set.
"""

import sys
from pathlib import Path

import numpy as np

import matchmaker.matching.encoding
from matchmaker.config import load_settings
from matchmaker.matching.encoding.projection import fit_projection
from matchmaker.matching.encoding.vectors import MemoryVectorStore, embed_documents
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.services.indexing.encoders import encoder_of

PROJECTIONS = Path(matchmaker.matching.encoding.__file__).parent / "projections"


def main(folder: Path) -> None:
    """Write the projection of the encoder that the settings name."""
    dataset, encoder = read_dataset(folder), encoder_of(load_settings())
    store = MemoryVectorStore()
    needs = {one.document.id: one.vector for one in embed_documents(dataset.needs, encoder, store)}
    offers = {one.document.id: one.vector for one in embed_documents(dataset.offers, encoder, store)}
    related = [
        (need_id, offer_id)
        for need_id, judged in dataset.judgments.items()
        for offer_id, grade in judged.items()
        if grade > 0
    ]
    factor = fit_projection(np.array([needs[n] for n, _ in related]), np.array([offers[o] for _, o in related]))
    PROJECTIONS.mkdir(exist_ok=True)
    np.savez_compressed(PROJECTIONS / f"{encoder.name}.npz", factor=factor.astype(np.float16))
    print(f"{len(related)} related pairs")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
