from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain.cooperation import Stage, TechnologyContract
from matchmaker.domain.learning.feedback import Feedback, FeedbackKind
from tests.web.cooperation.scene import CONTRACT, Scene, reread

pytestmark = pytest.mark.slow


def test_what_was_typed_comes_back_with_what_is_wrong(scene: Scene) -> None:
    refused = scene.engineer.post(f"{scene.address}/fail", data={"version": scene.version(), "note": " "})
    assert refused.status_code == 400
    assert "请写一句终止的原因" in refused.text
    refused = scene.engineer.post(f"{scene.address}/note", data={"note": "长" * 501})
    assert refused.status_code == 400
    assert "长" * 501 in refused.text
    wrong = CONTRACT | {"kind": "", "technology_value": "100", "version": scene.version()}
    refused = scene.engineer.post(f"{scene.address}/contracts", data=wrong)
    assert refused.status_code == 400
    for told in ("请选择合同类别", "技术交易额不能大于成交额", 'value="97.31"', 'value="100"'):
        assert told in refused.text
    for nonsense in ({}, {"stage": "marriage"}, {"stage": "negotiation", "version": "x"}):
        assert scene.engineer.post(f"{scene.address}/advance", data=nonsense).status_code in (400, 409)
    assert scene.engineer.post(f"{scene.address}/eat").status_code == 404


def test_a_contract_is_recorded_mended_and_taken_back(session: Session, scene: Scene) -> None:
    page = scene.engineer.post(
        f"{scene.address}/contracts", data=CONTRACT | {"version": scene.version()}, follow_redirects=True
    ).text
    assert "97.31 万元" in page
    (contract,) = reread(session).contracts
    signed = select(Feedback).where(Feedback.kind == FeedbackKind.SIGNED, Feedback.undone_at.is_(None))
    assert len(session.scalars(signed).all()) == 1
    session.commit()
    address = f"{scene.address}/contracts/{contract.id}"
    assert 'value="97.31"' in scene.researcher.get(address).text
    wrong = scene.researcher.post(address, data=CONTRACT | {"contract_value": "一百", "version": scene.version()})
    assert (wrong.status_code, 'value="一百"' in wrong.text) == (400, True)
    stale = scene.researcher.post(address, data=CONTRACT | {"registration_number": "LY-1", "version": "1"})
    assert (stale.status_code, 'value="LY-1"' in stale.text) == (409, True)
    scene.researcher.post(address, data=CONTRACT | {"registration_number": "LY-1", "version": scene.version()})
    assert "LY-1" in scene.engineer.get(scene.address).text
    again = scene.engineer.post(
        f"{scene.address}/contracts",
        data=CONTRACT | {"registration_number": "LY-1", "contract_value": "98", "version": scene.version()},
    )
    assert (again.status_code, "另一份合同" in again.text) == (400, True)
    scene.engineer.post(f"{address}/withdraw", data={"version": scene.version()})
    assert (reread(session).stage, reread(session).contracts) == (Stage.CONTACT, [])
    assert session.scalars(signed).all() == []
    session.commit()
    assert scene.engineer.post(f"{address}/withdraw", data={"version": scene.version()}).status_code == 404


def test_values_are_kept_to_the_last_digit(session: Session, scene: Scene) -> None:
    odd = CONTRACT | {"contract_value": "1,234,567.89元", "technology_value": "0.000001"}
    scene.engineer.post(f"{scene.address}/contracts", data=odd | {"version": scene.version()})
    contract = session.scalars(select(TechnologyContract)).one()
    assert (contract.contract_value, contract.technology_value) == (Decimal("123.456789"), Decimal("0.000001"))
