"""How long the pages of the demo city take, warm, through the whole application.

    python benchmarks/pages.py [--rounds 50]

Builds the demo city in a temporary folder, logs its demo users in, and asks each page one request at a time. Bar: the
page of a stored need with its ranked offers in under 100 ms (median of 50). Prints a table and one JSON line; exits 1
if the bar is missed.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy import event, select

from matchmaker.config import load_settings
from matchmaker.domain.people import User
from matchmaker.domain.postings.posting import Need, Offer
from matchmaker.domain.vocabulary import PostingStatus, Role
from matchmaker.services.demo.city import PASSWORD, load_demo, load_meetings, store_vectors
from matchmaker.services.platform import Platform, create_platform
from matchmaker.web import create_app

BAR_MILLISECONDS = 100.0


@dataclass(frozen=True)
class Page:
    """An address with who opens it; a barred one must answer in :data:`BAR_MILLISECONDS`."""

    name: str
    address: str
    reader: Role | None = None
    barred: bool = False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        platform = _demo_city(folder)
        results = [_measure(platform, page, rounds) for page in _pages(platform)]
        platform.database.engine.dispose()
    print(f"{'page':<34}{'median ms':>11}{'95 % ms':>9}{'bar':>6}{'statements':>12}{'kB':>7}")
    for result in results:
        print(
            f"{result['page']:<34}{result['median_ms']:>11.1f}{result['p95_ms']:>9.1f}{result['bar_ms'] or '':>6}"
            f"{result['statements']:>12}{result['kilobytes']:>7.0f}"
        )
    print(json.dumps({"benchmark": "pages", "rounds": rounds, "results": results}, ensure_ascii=False))
    return 1 if any(result["bar_ms"] and result["median_ms"] >= result["bar_ms"] for result in results) else 0


def _demo_city(folder: str) -> Platform:
    platform = create_platform(load_settings({"MATCHMAKER_DATA": folder, "SECRET_KEY": "only for measuring"}))
    platform.database.upgrade()
    with platform.database.writing() as session:
        load_demo(session)
    store_vectors(platform.search_index.store, platform.search_index.encoder.name)
    platform.search_index.refresh()
    with platform.database.writing() as session:
        load_meetings(session, platform.search_index)
    return platform


def _pages(platform: Platform) -> list[Page]:
    with platform.database.writing() as session:
        people = {role: session.scalar(select(User).where(User.role == role)) for role in Role}
        enterprise, researcher = people[Role.ENTERPRISE], people[Role.RESEARCHER]
        assert enterprise is not None
        assert researcher is not None
        own_need = select(Need).where(Need.organization_id == enterprise.organization_id)
        need = session.scalars(own_need).first()
        offer = session.scalars(select(Offer).where(Offer.organization_id == researcher.organization_id)).first()
        assert need is not None
        assert offer is not None
        draft = Need(
            organization_id=need.organization_id, title=need.title, problem=need.problem, status=PostingStatus.DRAFT
        )
        session.add(draft)
        session.commit()
    return [
        Page("a need's offers", f"/enterprise/needs/{need.id}/matches", Role.ENTERPRISE, barred=True),
        Page("an offer's needs", f"/research/offers/{offer.id}/matches", Role.RESEARCHER, barred=True),
        Page("a draft's offers", f"/enterprise/needs/{draft.id}/matches", Role.ENTERPRISE, barred=True),
        Page("recommended firms", "/research/firms", Role.RESEARCHER),
        Page("recommended teams", "/enterprise/teams", Role.ENTERPRISE),
        Page("search", "/offers?q=高铁轴承疲劳寿命与润滑"),
        Page("search in filters", "/offers?q=高铁轴承疲劳寿命与润滑&industry=equipment_manufacturing"),
        Page("first screen", "/"),
        Page("newest needs", "/needs"),
        Page("a need", f"/needs/{need.id}", barred=True),
        Page("an organization", f"/organizations/{offer.organization_id}"),
        Page("the plan", "/plan"),
    ]


def _measure(platform: Platform, page: Page, rounds: int) -> dict[str, object]:
    client = _reader(platform, page.reader)
    statements: list[str] = []
    seconds = []
    for round_number in range(rounds + 2):
        started = time.perf_counter()
        response = client.get(page.address)
        elapsed = time.perf_counter() - started
        assert response.status_code == 200, (page.address, response.status_code)
        if round_number == 0:
            event.listen(platform.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
        elif round_number > 1:
            seconds.append(elapsed)
    return {
        "page": page.name,
        "median_ms": round(statistics.median(seconds) * 1000, 1),
        "p95_ms": round(statistics.quantiles(seconds, n=20)[-1] * 1000, 1),
        "bar_ms": BAR_MILLISECONDS if page.barred else None,
        "statements": len(statements) // (rounds + 1),
        "kilobytes": round(len(response.data) / 1000, 1),
    }


def _reader(platform: Platform, role: Role | None) -> FlaskClient:
    app = create_app(platform=platform)
    app.config.update(WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    client = app.test_client()
    if role is not None:
        email = f"{role.value}@example.com"
        response = client.post("/account/login", data={"email": email, "password": PASSWORD})
        assert response.status_code == 303, response.text
    return client


if __name__ == "__main__":
    sys.exit(main())
