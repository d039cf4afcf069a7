"""Every kind of job and every periodic task is found without anybody importing its module."""

from matchmaker.services.jobs.registry import find_handler, find_task, periodic_tasks


def test_what_the_platform_names_is_known() -> None:
    assert find_task("jobs.forget") in periodic_tasks()
    assert find_task("jobs.nothing") is None
    assert find_handler("nothing") is None
    assert all((task.every is None) != (task.is_due is None) for task in periodic_tasks())
