import pytest
from sqlalchemy.orm import Session

from matchmaker.services.demo.city import DemoCity, load_demo, load_history, store_vectors
from matchmaker.services.platform import Platform


@pytest.fixture
def city(session: Session) -> DemoCity:
    return load_demo(session)


@pytest.fixture
def met(city: DemoCity, session: Session, platform: Platform) -> int:
    """How many meetings were added, after the texts are in the matcher."""
    store_vectors(platform.search_index.store, "e5")
    platform.search_index.refresh()
    return load_history(session, platform.search_index)
