"""Doing in a test what a worker does beside the site."""

import re
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from matchmaker.services.jobs.worker import run_pending


def work_off(client: FlaskClient) -> None:
    """Do whatever waits for a worker of the client's application."""
    run_pending(client.application.extensions["matchmaker"])


def follow(client: FlaskClient, response: TestResponse) -> str:
    """What the person sees where the answer leads. A job's page is seen when it is over, with its result's page."""
    if not re.search(r"/jobs/\d+$", response.location or ""):
        return client.get(response.location).text
    work_off(client)
    page = client.get(response.location).text
    result = re.search(r'href="([^"]+)">查看结果', page)
    return page if result is None else page + client.get(unescape(result[1])).text
