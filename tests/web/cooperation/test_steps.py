import pytest
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Stage
from tests.web.cooperation.scene import CONTRACT, Scene, reread

pytestmark = pytest.mark.slow


def test_two_clicks_bring_it_forward(session: Session, scene: Scene) -> None:
    form = {"stage": "negotiation", "version": scene.version(), "note": "下周去厂里"}
    page = scene.researcher.post(f"{scene.address}/advance", data=form, follow_redirects=True).text
    assert "现在是“洽谈”" in page
    assert "下周去厂里" in scene.engineer.get(scene.address).text
    scene.engineer.post(f"{scene.address}/back", data={"version": scene.version()})
    assert reread(session).stage is Stage.CONTACT


def test_the_second_of_two_loses_nothing(session: Session, scene: Scene) -> None:
    seen = scene.version()
    scene.engineer.post(f"{scene.address}/advance", data={"stage": "negotiation", "version": seen})
    late = scene.researcher.post(
        f"{scene.address}/advance", data={"stage": "letter_of_intent", "version": seen, "note": "意向协议已签字"}
    )
    assert late.status_code == 409
    assert "刚改过这项合作" in late.text
    assert "意向协议已签字</textarea>" in late.text
    gone = scene.researcher.post(
        f"{scene.address}/advance", data={"stage": "completed", "version": seen, "note": "验收了"}
    )
    assert gone.status_code == 409
    assert "您刚才填写的：验收了" in gone.text, "the step has no form here any more"
    contract = scene.researcher.post(f"{scene.address}/contracts", data=CONTRACT | {"version": seen})
    assert contract.status_code == 409
    assert 'value="97.31"' in contract.text
    assert reread(session).stage is Stage.NEGOTIATION
    assert reread(session).contracts == []
