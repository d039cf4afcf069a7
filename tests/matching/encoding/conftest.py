import pytest

from matchmaker.matching.encoding.encoder import Encoder


@pytest.fixture(scope="session")
def encoder(real_encoder: Encoder) -> Encoder:
    """Tests of encoding encode."""
    return real_encoder
