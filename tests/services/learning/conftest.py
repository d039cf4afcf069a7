import pytest

from matchmaker.config import MODELS
from matchmaker.matching.ranking.ranker_file import StoredRanker, read_ranker


@pytest.fixture
def start() -> StoredRanker:
    return read_ranker(MODELS / "ranker.json", "e5")
