"""Asks pages of the checkout that it is started in: a request on each line of input, an answer on each of output.

Started by `pages.py` for each checkout it compares, so it leans on nothing but `matchmaker.web.create_app`, Flask's
test client and the login page. Settings come from the environment.
"""

import json
import sys
import time

import sqlalchemy
from flask.testing import FlaskClient
from sqlalchemy import event

from matchmaker.web import create_app

PASSWORD = "matchmaker-demo"


def main() -> None:
    """Answer until the input ends."""
    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    statements: list[str] = []
    event.listen(sqlalchemy.engine.Engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    clients: dict[str, FlaskClient] = {}
    for line in sys.stdin:
        page = json.loads(line)
        client = clients.get(page["reader"])
        if client is None:
            client = clients[page["reader"]] = app.test_client()
            if page["reader"]:
                _log_in(client, page["reader"])
        statements.clear()
        started, worked = time.perf_counter(), time.thread_time()
        response = client.get(page["address"])
        answer = {
            "seconds": time.perf_counter() - started,
            "processor_seconds": time.thread_time() - worked,
            "status": response.status_code,
            "statements": len(statements),
            "kilobytes": len(response.data) / 1000,
        }
        print(json.dumps(answer), flush=True)


def _log_in(client: FlaskClient, role: str) -> None:
    response = client.post("/account/login", data={"email": f"{role}@example.com", "password": PASSWORD})
    if response.status_code != 303:
        sys.exit(f"{role}@example.com cannot log in: {response.status}")


if __name__ == "__main__":
    main()
