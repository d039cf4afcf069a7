import pytest

from matchmaker.matching.errors import RankerError
from matchmaker.matching.ranking.ranker import FusionRanker
from matchmaker.matching.ranking.ranker_file import StoredRanker, write_ranker
from matchmaker.services.learning.rankers import ranker_for
from matchmaker.services.platform import Platform


def test_the_installations_own_ranker_is_used_once_there_is_one(platform: Platform, start: StoredRanker) -> None:
    settings = platform.settings
    assert ranker_for(settings, "e5") == start.ranker
    own = StoredRanker(type(start.ranker)({"title": 1.0}, 0.0), "e5", start.card)
    write_ranker(settings.data, own, even_if_worse=True)
    assert ranker_for(settings, "e5") == own.ranker
    assert isinstance(ranker_for(settings, "another encoder"), FusionRanker)
    (settings.data / "ranker.json").write_text("{", encoding="utf-8")
    with pytest.raises(RankerError, match="cannot be read"):
        ranker_for(settings, "e5")
