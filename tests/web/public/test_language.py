from flask.testing import FlaskClient


def test_choosing_a_language_leads_back_but_never_elsewhere(client: FlaskClient) -> None:
    back = client.get("/language/en", headers={"Referer": "http://localhost/needs?q=%E8%BD%B4%E6%89%BF"})
    assert (back.status_code, back.location) == (303, "/needs?q=%E8%BD%B4%E6%89%BF")
    for referer in ("http://elsewhere.example/needs", "http://localhost//elsewhere.example", "nonsense"):
        assert client.get("/language/en", headers={"Referer": referer}).location == "/"
