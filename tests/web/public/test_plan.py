from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_need, make_organization


def test_the_plan_counts_what_each_district_has(client: FlaskClient, session: Session) -> None:
    firm = make_organization(session, district_code="jianxi")
    make_need(session, firm)
    make_need(session, firm)
    page = client.get("/plan").text
    section = page[page.index("涧西区") :]
    assert "需求 2" in section[: section.index("</section>")]
    assert "R&amp;D 占 GDP" in page
    assert "亿元" in page
    client.get("/language/en")
    english = client.get("/plan").text
    assert "×100 million CNY" in english
    assert not any(unit in english for unit in ("亿元", ">个<", ">家<"))
