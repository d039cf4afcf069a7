"""Compute an encoder's general background (see matchmaker/matching/encoding/background.py) from the demo city.

    matchmaker init --demo && python scripts/background.py

Run it for another encoder with MATCHMAKER_ENCODER set, or after the demo city's texts changed much.
"""

import argparse
from pathlib import Path

import numpy as np

import matchmaker.matching.encoding
from matchmaker.config import load_settings
from matchmaker.matching.encoding.vectors import embed_documents
from matchmaker.matching.text.document import Side
from matchmaker.services.platform import create_platform

BACKGROUNDS = Path(matchmaker.matching.encoding.__file__).parent / "backgrounds"


def main() -> None:
    """Write the mean vectors."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    search_index = create_platform(load_settings()).search_index
    search_index.refresh()
    embedded = {
        side: embed_documents(search_index.matcher.documents(side), search_index.encoder, search_index.store)
        for side in Side
    }
    means = {
        "needs": np.mean([need.vector for need in embedded[Side.NEED]], axis=0),
        "offers": np.mean([offer.vector for offer in embedded[Side.OFFER]], axis=0),
        "openings": np.mean([need.opening for need in embedded[Side.NEED]], axis=0),
    }
    np.savez_compressed(
        BACKGROUNDS / f"{search_index.encoder.name}.npz",
        **{name: mean.astype(np.float16) for name, mean in means.items()},
    )


if __name__ == "__main__":
    main()
