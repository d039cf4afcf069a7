"""Fit the projection of an encoder's space (see matchmaker/matching/encoding/projection.py) on related pairs of texts.

    python scripts/projection.py DATASET_DIR

A folder in BEIR layout; its related pairs are taken. The shipped one was fitted on ../shared/eval/csl-dev. Run it for
another encoder with MATCHMAKER_ENCODER set.
"""

import argparse
from pathlib import Path

import numpy as np

import matchmaker.matching.encoding
from matchmaker.config import load_settings
from matchmaker.matching.encoding.projection import fit_projection
from matchmaker.matching.encoding.vectors import MemoryVectorStore, embed_documents
from matchmaker.matching.learning.dataset import read_dataset
from matchmaker.services.indexing.encoders import encoder_of

PROJECTIONS = Path(matchmaker.matching.encoding.__file__).parent / "projections"


def main() -> None:
    """Write the projection of the encoder that the settings name."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("dataset", type=Path, help="folder with queries.jsonl, corpus.jsonl and qrels.tsv")
    dataset, encoder = read_dataset(options.parse_args().dataset), encoder_of(load_settings())
    store = MemoryVectorStore()
    needs = {need.document.id: need.vector for need in embed_documents(dataset.needs, encoder, store)}
    offers = {offer.document.id: offer.vector for offer in embed_documents(dataset.offers, encoder, store)}
    related = [
        (need_id, offer_id)
        for need_id, judged in dataset.judgments.items()
        for offer_id, grade in judged.items()
        if grade > 0
    ]
    factor = fit_projection(
        np.array([needs[need_id] for need_id, _ in related]), np.array([offers[offer_id] for _, offer_id in related])
    )
    PROJECTIONS.mkdir(exist_ok=True)
    np.savez_compressed(PROJECTIONS / f"{encoder.name}.npz", factor=factor.astype(np.float16))
    print(f"{len(related)} related pairs")


if __name__ == "__main__":
    main()
