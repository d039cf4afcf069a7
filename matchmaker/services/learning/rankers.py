"""Choosing the ranker that the platform uses, and training a ranker."""

from datetime import date

from matchmaker.config import MODELS, Settings
from matchmaker.matching.encoding.encoder import Encoder
from matchmaker.matching.encoding.vectors import Progress, VectorStore
from matchmaker.matching.errors import OtherSpaceError
from matchmaker.matching.learning.dataset import Dataset
from matchmaker.matching.learning.judged_pairs import judged_pairs
from matchmaker.matching.ranking.ranker import FusionRanker, Ranker
from matchmaker.matching.ranking.ranker_file import FILE_NAME, Card, StoredRanker, read_ranker


def ranker_for(settings: Settings, encoder: str) -> Ranker:
    """The ranker of :func:`stored_ranker_for`; in a space that none was trained in, the fusion of vectors and words."""
    stored = stored_ranker_for(settings, encoder)
    return FusionRanker() if stored is None else stored.ranker


def stored_ranker_for(settings: Settings, encoder: str) -> StoredRanker | None:
    """The trained ranker that the settings name; else the installation's own, corrected by its feedback; else the
    shipped one. Rankers of another encoder's space are passed over: encoders can be changed while the site serves.

    Raises :class:`~matchmaker.matching.errors.RankerError` when one cannot be read.
    """
    for path in (settings.ranker, settings.data / FILE_NAME, MODELS / FILE_NAME):
        if path is None or (path != settings.ranker and not path.is_file()):
            continue
        try:
            return read_ranker(path, encoder)
        except OtherSpaceError:
            continue
    return None


def train_ranker(
    datasets: dict[str, Dataset], encoder: Encoder, store: VectorStore, seed: int = 0, progress: Progress | None = None
) -> StoredRanker:
    """Train on judged datasets, by name. Raises RankerError when they have too few judgments."""
    from matchmaker.matching.learning.training import train

    training = train(judged_pairs(list(datasets.values()), encoder, store, seed, progress), seed)
    scores = training.scores
    card = Card(
        data={name: dataset.fingerprint for name, dataset in datasets.items()},
        needs=scores.needs,
        pairs=scores.pairs,
        ndcg_at_10=scores.ndcg_at_10,
        ndcg_at_10_by_seed=scores.ndcg_at_10_by_seed,
        calibration_error=scores.calibration_error,
        baselines=scores.baselines,
        penalty=training.penalty,
        seed=seed,
        made_on=date.today().isoformat(),
    )
    return StoredRanker(training.ranker, encoder.name, card)
