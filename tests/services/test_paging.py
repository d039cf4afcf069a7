import pytest

from matchmaker.services.paging import count_pages, within_pages


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3)])
def test_pages_are_counted(total: int, pages: int) -> None:
    assert count_pages(total, 20) == pages


@pytest.mark.parametrize(("wanted", "shown"), [(-3, 1), (0, 1), (1, 1), (3, 3), (4, 3), (10**9, 3)])
def test_a_page_that_is_not_there_is_the_nearest(wanted: int, shown: int) -> None:
    assert within_pages(wanted, 41, 20) == shown
