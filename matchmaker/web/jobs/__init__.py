"""Jobs: how far one is, what came of it, and one's own list. For whoever asked for them, and for organizers."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from matchmaker.domain.job import Job
from matchmaker.web.access import Audience, audience_blueprint

blueprint = audience_blueprint("jobs", __name__, Audience.ACCOUNTS, "/jobs")


def see_job(job: Job) -> Response:
    """The answer to a form that had a job begun: the job's page, which leads to the result."""
    return redirect(url_for("jobs.job", job_id=job.id), 303)


from matchmaker.web.jobs import pages  # noqa: E402, F401 - views register themselves on the blueprint
