"""Participants of an event at their browsers."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.events.event import Participant
from matchmaker.domain.people import User
from matchmaker.services.accounts.user_accounts import set_password
from tests.docking import Docking
from tests.factories import PASSWORD, login


@dataclass
class AttendingScene(Docking):
    app: Flask
    session: Session

    def client(self, who: Participant | User) -> FlaskClient:
        """Logged in as the participant's person, or as this one."""
        person = self.people[who.id] if isinstance(who, Participant) else who
        set_password(self.session, person, PASSWORD)
        client = self.app.test_client()
        login(client, person)
        return client

    def address(self, participant: Participant, page: str) -> str:
        return f"/attending/participants/{participant.id}/{page}"
