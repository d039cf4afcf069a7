"""Pages for everyone: first screen, lists, postings, organizations, events, plan, language."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ["/", "/needs", "/offers", "/events", "/plan", "/needs?q=轴承", "/offers?q=轴承"])
def test_pages_answer_on_an_empty_platform(client: FlaskClient, address: str, language: str) -> None:
    client.get(f"/language/{language}")
    page = client.get(address)
    assert page.status_code == 200
    assert ('lang="zh-CN"' in page.text) is (language == "zh")


@pytest.mark.parametrize("address", ["/needs/999", "/offers/999", "/organizations/999", "/events/999", "/language/xx"])
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
