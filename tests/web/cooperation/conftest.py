import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.web.cooperation.scene import Scene, make_scene


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    return make_scene(app, session)
