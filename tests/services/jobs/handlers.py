"""Kinds of job for tests."""

from sqlalchemy.orm import Session

from matchmaker.domain.errors import InvalidInput
from matchmaker.domain.job import Job
from matchmaker.domain.people import Organization
from matchmaker.domain.vocabulary import OrganizationKind
from matchmaker.services.jobs.jobs import enqueue
from matchmaker.services.jobs.registry import handler
from matchmaker.services.jobs.running import JobRun


@handler("test.found", title="测试：登记单位", repeatable=True)
def found(run: JobRun, name: str) -> None:
    """Found an organization, and say which."""
    run.progress(1, 2, "准备%(name)s", name=name)
    with run.database.writing() as session:
        organization = add(session, name)
        session.flush()
        run.result = {"organization": organization.id}
        run.finish(session)


@handler("test.refuse", title="测试：不接受", repeatable=False)
def refuse(run: JobRun, name: str) -> None:
    raise InvalidInput("不接受“%(name)s”（%(kind)s）", name=name, kind=OrganizationKind.ENTERPRISE)


@handler("test.break", title="测试：出错", repeatable=False)
def break_down(run: JobRun) -> None:
    raise ZeroDivisionError("division by zero")


@handler("test.look", title="测试：读单位", repeatable=True)
def look(run: JobRun, organization_id: int) -> None:
    with run.database.reading() as session:
        name = run.load(session, Organization, organization_id).name
    run.save_file("名称.txt", [name.encode()])


def add(session: Session, name: str) -> Organization:
    organization = Organization(name=name, kind=OrganizationKind.ENTERPRISE)
    session.add(organization)
    return organization


def enqueued(session: Session, kind: str = "test.found", **arguments: object) -> Job:
    """A job that waits."""
    job = enqueue(session, kind, None, arguments)
    session.commit()
    return job
