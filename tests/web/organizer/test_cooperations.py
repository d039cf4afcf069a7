import re
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from tests.factories import make_organization
from tests.web.cooperation.scene import CONTRACT, TITLE, Scene, make_scene

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    return make_scene(app, session)


def test_the_list_is_narrowed_and_exported(scene: Scene) -> None:
    scene.engineer.post(f"{scene.address}/contracts", data=CONTRACT | {"version": scene.version()})
    page = scene.organizer.get("/organizer/cooperations?stage=contract&event=x&district=x&page=99").text
    assert TITLE in page
    assert re.search(r"97\.31 <small>万元", page)
    assert TITLE not in scene.organizer.get("/organizer/cooperations?stage=failed").text
    content = scene.organizer.get("/organizer/cooperations.xlsx?stage=contract").data
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert sheet.max_row == 2
    assert TITLE not in scene.organizer.get("/organizer/cooperations.csv?stage=failed").text
    assert scene.organizer.get("/organizer/cooperations.pdf").status_code == 404


def test_organizers_write_down_what_they_heard_of(session: Session, scene: Scene) -> None:
    names = {
        "need_organization": make_organization(session).name,
        "offer_organization": make_organization(session).name,
    }
    wrong = scene.organizer.post("/organizer/cooperations/new", data=names | {"note": "电话得知"})
    assert wrong.status_code == 400
    for told in ("请用一句话写明合作内容", names["need_organization"], "电话得知"):
        assert told in wrong.text
    form = names | {"title": "共建检测站", "stage": "letter_of_intent"}
    made = scene.organizer.post("/organizer/cooperations/new", data=form)
    assert "共建检测站" in scene.organizer.get(made.location).text
    assert scene.organizer.post("/organizer/cooperations/new", data=form).location == made.location
    assert scene.engineer.get(made.location).status_code == 404
