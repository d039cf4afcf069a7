"""Ids that no row can have."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("page", ["/needs", "/offers", "/organizations", "/events"])
@pytest.mark.parametrize("number", [404_404, 2**31, 10**30])
def test_an_unknown_id_is_an_unknown_page(client: FlaskClient, page: str, number: int) -> None:
    answer = client.get(f"{page}/{number}")
    assert answer.status_code == 404
    assert "没有" in answer.text
