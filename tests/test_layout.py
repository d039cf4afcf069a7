"""The tests mirror the package, and no folder grows into a corridor."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGE, TESTS = REPOSITORY / "matchmaker", REPOSITORY / "tests"

MOST_MODULES = 14

TESTED_ELSEWHERE = {
    "services/platform.py": "only holds the services together; every test with a platform makes one",
    "services/events/calendar_links.py": "the page that gives the address out: web/attending/test_schedule.py",
    "services/events/expo/booth_recommendations.py": "what is printed of it: events/printing/test_exhibits.py",
    "services/events/expo/visits.py": "what a page shows of it: web/attending/test_expo.py",
    "services/events/onsite/results.py": "what is printed of it: events/printing/test_outcomes.py",
    "services/events/print_jobs.py": "what a page starts: web/organizer/events/test_printing.py",
    "services/events/printing/programme.py": "printed with all other sheets: events/printing/test_sheets.py",
    "services/events/scheduling/meetings.py": "what a build makes of it: scheduling/test_build.py",
    "services/events/analysis/schedule_metrics.py": "what is drawn of it: web/…/scheduling/test_schedule.py",
    "services/events/scheduling/single_change.py": "what publishes by it: onsite/test_attendance.py",
    "services/finding/browsing.py": "what a page lists of it: web/public/test_postings.py, web/test_privacy.py",
    "services/indexing/encoders.py": "choosing an engine: indexing/test_encoder_change.py, cli/test_models.py",
    "services/indexing/engines.py": "choosing an engine: matching/encoding/test_fastest.py",
    "services/indexing/indexed_postings.py": "what the index reads: indexing/test_search_index.py",
    "services/indexing/vector_store.py": "what the index stores: indexing/test_search_index.py",
    "services/transfer/jobs.py": "what a page uploads: web/organizer/test_transfer.py",
    "services/transfer/table_import.py": "what imports have in common: transfer/test_importing.py",
    "services/transfer/workbook_process.py": "the process that reads: transfer/test_workbook_guard.py",
}
"""Modules without a test file of their own, and where what they do is tested."""

LEANING = ('"""The same ', '"""The same,', '"""That of ', '"""Those of ')
"""How a docstring begins that cannot be understood without another one."""


def modules(under: str) -> list[str]:
    found = (path.relative_to(PACKAGE) for path in (PACKAGE / under).rglob("*.py") if path.name != "__init__.py")
    return sorted(path.as_posix() for path in found)


@pytest.mark.parametrize("module", modules("services"))
def test_every_service_has_its_test_file(module: str) -> None:
    path = TESTS / module
    has_one = path.with_name(f"test_{path.name}").is_file()
    assert has_one is (module not in TESTED_ELSEWHERE), f"tests/{module} with test_ before its name"


def test_only_what_there_is_is_excused() -> None:
    assert set(TESTED_ELSEWHERE) <= set(modules("services"))


@pytest.mark.parametrize("room", ["services", "web"])
def test_no_folder_is_a_corridor(room: str) -> None:
    folders = [module.rpartition("/")[0] for module in modules(room)]
    assert {name: count for name in set(folders) if (count := folders.count(name)) > MOST_MODULES} == {}


def test_a_docstring_stands_alone() -> None:
    """Whoever hovers over a name reads its docstring only, not the one before."""
    lines = [line for path in PACKAGE.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line.strip() for line in lines if line.strip().startswith(LEANING)] == []
