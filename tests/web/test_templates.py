"""Templates are where their pages are: a view's template is found without searching."""

import ast
from pathlib import Path

import pytest
from flask import Flask

import matchmaker.web

WEB = Path(matchmaker.web.__file__).parent
TEMPLATES = WEB / "templates"
SHARED = {"matching", "posting", "errors"}
"""Folders of what several audiences' pages draw with."""


def templates_named_in(module: Path) -> set[str]:
    """The template paths that stand in the module as whole texts."""
    texts = (node.value for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and text.endswith(".html") and "/" in text}


NAMED = sorted(
    (module.relative_to(WEB).as_posix(), template)
    for module in WEB.rglob("*.py")
    for template in templates_named_in(module)
)


@pytest.mark.parametrize(("module", "template"), NAMED)
def test_a_view_draws_with_a_template_of_its_own_folder(module: str, template: str) -> None:
    assert (TEMPLATES / template).is_file()
    folder = Path(template).parent
    assert folder == Path(module).parent or folder.parts[0] in SHARED


def test_every_template_compiles(app: Flask) -> None:
    for path in TEMPLATES.rglob("*.html"):
        app.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())


def test_no_folder_is_crowded() -> None:
    crowds = {folder: len(list(folder.glob("*.py"))) for folder in [WEB, *WEB.rglob("*")] if folder.is_dir()}
    assert {folder.name: count for folder, count in crowds.items() if count > 14} == {}
