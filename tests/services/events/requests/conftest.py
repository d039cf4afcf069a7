import pytest
from sqlalchemy.orm import Session

from matchmaker.services.platform import Platform
from tests.docking import SLOTS, Docking, Outbox, make_docking, plan_meeting, publish_plan
from tests.services.events.requests.scene import Scene


@pytest.fixture
def docking(session: Session) -> Docking:
    """Each enterprise meets both suppliers; the first version is published."""
    made = make_docking(session, 2, 2)
    for n, need in enumerate(made.needs):
        for m, offer in enumerate(made.offers):
            plan_meeting(session, need, offer, SLOTS[(n + m) % 2], 1 + m)
    publish_plan(session, made.event)
    return made


@pytest.fixture
def scene(session: Session, platform: Platform) -> Scene:
    docking = make_docking(session, 3, 3, [("高铁轴箱轴承寿命不足", "轴承接触疲劳寿命预测")])
    # What it has to encode it stores in a session of its own, so before any test's transaction is open.
    platform.search_index.refresh()
    return Scene(**vars(docking), session=session, search_index=platform.search_index, outbox=Outbox(session))
