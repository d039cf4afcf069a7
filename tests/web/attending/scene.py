from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.events.meeting_request import MeetingRequest
from matchmaker.services.platform import Platform
from tests.attending import AttendingScene
from tests.docking import SLOTS, make_docking

TOPICS = [("高铁轴箱轴承寿命不足", "轴承接触疲劳寿命预测")]


SLOT = SLOTS[2].isoformat(timespec="minutes")


@dataclass
class Scene(AttendingScene):
    def ask(self, client: FlaskClient, slot: str = SLOT, words: str = "想谈轴承寿命") -> MeetingRequest:
        address = self.address(self.needs[0], f"partners/{self.offers[0].id}")
        assert client.post(address, data={"words": words, "starts_at": slot}).status_code == 303
        return self.only_request()

    def only_request(self) -> MeetingRequest:
        """Leaves no transaction open, for that would keep the application from writing."""
        (found,) = self.session.scalars(select(MeetingRequest).execution_options(populate_existing=True))
        self.session.commit()
        return found


def make_scene(session: Session, app: Flask, platform: Platform) -> Scene:
    docking = make_docking(session, 2, 2, TOPICS)
    platform.search_index.refresh()
    return Scene(**vars(docking), app=app, session=session)
