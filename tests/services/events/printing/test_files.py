from datetime import datetime

import pytest

from matchmaker.services.events.printing.files import ZipStream, file_name

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("甲/乙:丙*?", "甲-乙-丙--.pdf"),
        ("CON", "_CON.pdf"),
        ("com1.设备", "_com1.设备.pdf"),
        ("  .. ", "-.pdf"),
        ("e\u0301cole", "école.pdf"),
        ("长" * 300, "长" * 96 + ".pdf"),
    ],
)
def test_file_names_are_ones_that_every_system_takes(text: str, name: str) -> None:
    assert file_name(text, ".pdf") == name


def test_equal_names_are_numbered_whatever_their_case() -> None:
    archive = ZipStream(datetime(2026, 5, 18))
    for path in ("a/甲.ics", "a/甲.ics", "A/甲.ICS"):
        archive.add(path, b"")

    assert archive.paths == ["a/甲.ics", "a/甲 (2).ics", "A/甲 (3).ICS"]
