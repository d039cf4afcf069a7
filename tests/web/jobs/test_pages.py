"""A job's page: for whoever asked for it and for organizers; progress, result, error, cancel and retry."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.domain.errors import Conflict
from matchmaker.domain.job import Job, JobState
from matchmaker.domain.people import User
from matchmaker.domain.vocabulary import Role
from matchmaker.i18n import N_
from matchmaker.services.indexing.jobs import ENCODE
from matchmaker.services.jobs import registry
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.registry import handler
from matchmaker.services.jobs.running import JobRun
from tests.factories import login, make_user
from tests.web.working import work_off


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Two kinds of job of the tests' own."""

    @handler("test.file", title=N_("打包全部打印件"), repeatable=True)
    def make_file(run: JobRun) -> None:
        run.save_file("名单.txt", ["示例".encode()])

    @handler("test.conflict", title=N_("重排日程"), repeatable=True)
    def clash(run: JobRun, name: str) -> None:
        raise Conflict(N_("“%(name)s”已经结束，日程不能再改"), name=name)

    yield
    del registry._handlers["test.file"], registry._handlers["test.conflict"]


@pytest.fixture
def engineer(client: FlaskClient, session: Session) -> User:
    user = make_user(session, Role.ENTERPRISE)
    login(client, user)
    return user


def asked(session: Session, user: User, kind: str = "test.file", **arguments: object) -> Job:
    job = enqueue(session, kind, user, arguments)
    session.commit()
    return job


def test_a_waiting_job_can_be_left_and_found_again(client: FlaskClient, session: Session, engineer: User) -> None:
    job = asked(session, engineer)
    page = client.get(f"/jobs/{job.id}").text
    assert "打包全部打印件" in page
    assert "等待中" in page
    assert '<noscript><meta http-equiv="refresh"' in page, "without scripts the page loads itself again"
    assert client.get(f"/jobs/{job.id}/progress.json").json == {
        "state": "queued",
        "over": False,
        "percent": None,
        "step": "",
    }
    assert f'href="/jobs/{job.id}"' in client.get("/jobs/").text


def test_its_file_is_there_when_it_is_done(client: FlaskClient, session: Session, engineer: User) -> None:
    job = asked(session, engineer)
    assert client.get(f"/jobs/{job.id}/file").status_code == 404
    work_off(client)
    page = client.get(f"/jobs/{job.id}").text
    assert "已完成" in page
    assert "http-equiv" not in page
    response = client.get(f"/jobs/{job.id}/file")
    assert response.data.decode() == "示例"
    assert "attachment" in response.headers["Content-Disposition"]


def test_what_went_wrong_is_said_and_can_be_tried_again(client: FlaskClient, session: Session, engineer: User) -> None:
    job = asked(session, engineer, "test.conflict", name="秋季对接会")
    work_off(client)
    assert "“秋季对接会”已经结束，日程不能再改" in client.get(f"/jobs/{job.id}").text
    client.get("/language/en")
    assert "is over" in client.get(f"/jobs/{job.id}").text
    assert client.post(f"/jobs/{job.id}/retry").location == f"/jobs/{job.id}"
    session.refresh(job)
    assert job.state is JobState.QUEUED
    session.commit()


def test_a_waiting_job_is_cancelled_once(client: FlaskClient, session: Session, engineer: User) -> None:
    job = asked(session, engineer)
    client.post(f"/jobs/{job.id}/cancel")
    work_off(client)
    assert re.search(r"已取消\s*</span>", client.get(f"/jobs/{job.id}").text)
    assert client.get(f"/jobs/{job.id}/file").status_code == 404
    client.post(f"/jobs/{job.id}/cancel")
    assert "任务的状态刚刚变了" in client.get(f"/jobs/{job.id}").text


@pytest.mark.parametrize(("role", "status"), [(Role.ENTERPRISE, 404), (Role.BROKER, 404), (Role.ORGANIZER, 200)])
def test_a_job_is_for_its_asker_and_for_organizers(
    client: FlaskClient, session: Session, role: Role, status: int
) -> None:
    job = asked(session, make_user(session, Role.ENTERPRISE))
    login(client, make_user(session, role))
    for address in ("", "/progress.json"):
        assert client.get(f"/jobs/{job.id}{address}").status_code == status
    assert client.post(f"/jobs/{job.id}/cancel").status_code == (404 if status == 404 else 303)
    assert f'href="/jobs/{job.id}"' not in client.get("/jobs/").text, "the list is of one's own"
    listed = f'href="/jobs/{job.id}"' in client.get("/jobs/?all=yes").text
    assert listed is (status == 200)


def test_re_encoding_is_shown_to_organizers_with_the_encoder(client: FlaskClient, session: Session) -> None:
    job = enqueue(session, ENCODE, None, {"encoder": "another"})
    session.commit()
    login(client, make_user(session, Role.ORGANIZER))
    assert "换用编码器，重新编码 · another" in client.get("/jobs/?all=yes").text
    client.post(f"/jobs/{job.id}/cancel")
    assert "再试一次" in client.get(f"/jobs/{job.id}").text
    client.post(f"/jobs/{job.id}/retry")
    work_off(client)
    assert "设置中的编码器已改为 e5，这个任务不用做了" in client.get(f"/jobs/{job.id}").text
