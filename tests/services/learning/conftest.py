import pytest

from matchmaker.matching.ranking.ranker_file import StoredRanker, read_ranker
from matchmaker.services.learning.rankers import MODELS


@pytest.fixture
def start() -> StoredRanker:
    return read_ranker(MODELS / "ranker.json", "e5")
