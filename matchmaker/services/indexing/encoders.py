"""The encoder that the settings ask for, and what operators are told about it."""

from matchmaker.config import MODELS, Settings
from matchmaker.matching.encoding.encoder import E5Encoder, Encoder, create_encoder
from matchmaker.matching.encoding.fastest import EMBEDDED, TRANSFORMERS, EngineReport, FastestE5Encoder
from matchmaker.services.indexing.search_index import SearchIndex

UNPACKED = MODELS / "unpacked" / "e5"
"""Where the model is unpacked that sentence-transformers loads without being asked to."""


def encoder_of(settings: Settings) -> Encoder:
    """The encoder that the settings name; the fastest engine of the space e5 when they name none."""
    return FastestE5Encoder(UNPACKED) if settings.encoder is None else create_encoder(settings.encoder)


def report_engine(encoder: Encoder) -> EngineReport:
    """Which engine computes the encoder's vectors. Loads an unpacked model, to say whether that is possible."""
    if isinstance(encoder, FastestE5Encoder):
        return encoder.report()
    return EngineReport(EMBEDDED if isinstance(encoder, E5Encoder) else TRANSFORMERS)


def warm_up(search_index: SearchIndex) -> None:
    """Fill the matcher, then load the faster engine if its model is unpacked: before anybody waits for either."""
    search_index.refresh_async()
    if isinstance(search_index.encoder, FastestE5Encoder):
        search_index.encoder.load_if_unpacked()
