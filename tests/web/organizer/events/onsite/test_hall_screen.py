import re

import pytest
from flask.testing import FlaskClient

from tests.services.running_event import Fair

pytestmark = pytest.mark.slow


def test_the_screen_looks_again_by_itself(client: FlaskClient, door: str, fair: Fair) -> None:
    page = client.get(f"/organizer/events/{fair.event.id}/live").text
    assert re.search(r'<meta http-equiv="refresh" content="\d+; url=/organizer/events/\d+/live\?page=1">', page)
    assert fair.firms[0].organization.name in page
    assert re.findall(r"<script[^>]*>", page) == ['<script defer src="/static/hall.js">'], "it only fits names in"
    assert 'class="hall short"' in page, "without scripts names are cut to one line"
