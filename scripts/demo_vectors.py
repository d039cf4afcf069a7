"""Make the vectors that come with the demo city anew, after its texts were edited: ``python scripts/demo_vectors.py``.

Takes some minutes for all of them; those of unchanged texts are taken from the present file.
"""

import argparse
import sys
import tempfile

from tqdm import tqdm

from matchmaker.config import load_settings
from matchmaker.matching.text.document import Side
from matchmaker.services.demo.city import DEMO, load_demo, save_vectors, store_vectors
from matchmaker.services.platform import create_platform


def main() -> None:
    """Load the demo city into a throw-away database, encode it, and write the vectors beside the texts."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        platform = create_platform(load_settings({"MATCHMAKER_DATA": folder}))
        platform.database.upgrade()
        with platform.database.writing() as session:
            load_demo(session)
        search_index = platform.search_index
        store_vectors(search_index.store, search_index.encoder.name)
        with tqdm(desc="encoding", file=sys.stderr) as bar:
            search_index.refresh(lambda done, total: (bar.reset(total), bar.update(done)))
        documents = [document for side in Side for document in search_index.matcher.documents(side)]
        path = DEMO / f"vectors-{search_index.encoder.name}.npz"
        count = save_vectors(documents, search_index.store, path)
        print(f"{count} vectors, {path.stat().st_size / 1e6:.1f} MB in {path.name}")


if __name__ == "__main__":
    main()
