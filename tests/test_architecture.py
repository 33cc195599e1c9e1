"""The rules of the house, held by machine."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "reviewers", "escalations", "notifications", "metrics")
CODE = sorted(
    path
    for folder in (*APPS, "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
PRODUCT = [path for path in CODE if path.relative_to(ROOT).parts[0] in APPS]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "base", "services", "managers", "constants"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def functions_of(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def test_imports_point_one_way() -> None:
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_files_stay_under_300_lines() -> None:
    assert [name_of(path) for path in CODE if len(path.read_text().splitlines()) > 300] == []


def test_functions_stay_under_40_lines() -> None:
    long = [
        f"{name_of(path)}:{function.lineno} {function.name}"
        for path in CODE
        for function in functions_of(path)
        if (function.end_lineno or 0) - function.lineno + 1 > 40
    ]
    assert long == []


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        if path.name != "apps.py"
        for function in functions_of(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_only_lifecycle_changes_a_status() -> None:
    """No attribute `status` of an escalation is set, and no UPDATE of the table stands, anywhere else."""
    writers = [
        name_of(path)
        for path in PRODUCT
        if path.parts[-2:] != ("escalations", "statements.py") and "UPDATE escalations " in path.read_text()
    ]
    assert writers == []
    users = [name_of(path) for path in PRODUCT if "statements.TRANSITION" in path.read_text()]
    assert users == ["escalations/lifecycle.py"]
    updates = [
        f"{name_of(path)}:{node.lineno}"
        for path in PRODUCT
        if path.relative_to(ROOT).parts[0] == "escalations"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and any(keyword.arg == "status" for keyword in node.keywords)
    ]
    assert updates == []


@pytest.mark.parametrize("word", ["post_save", "pre_save.connect", "@receiver", "countdown=", "eta=", "mark_safe"])
def test_the_product_has_no(word: str) -> None:
    assert [name_of(path) for path in PRODUCT if word in path.read_text()] == []


def test_no_module_is_named_after_a_layer() -> None:
    assert [name_of(path) for path in PRODUCT if {path.stem, path.parent.name} & FORBIDDEN_NAMES] == []


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    assert [name_of(path) for path in CODE if any(mark in path.read_text() for mark in marks)] == []


def test_views_under_wsgi_never_stream() -> None:
    name = StreamingHttpResponse.__name__
    assert [name_of(path) for path in PRODUCT if name in path.read_text() or "FileResponse(" in path.read_text()] == []


def test_the_top_level_is_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in tracked.splitlines()}
    assert top <= {
        *(
            "manage.py",
            "escalations",
            "reviewers",
            "metrics",
            "notifications",
            "config",
            "templates",
            "tests",
            "Procfile",
        ),
        *("requirements.txt", "requirements-dev.txt", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile"),
        *("pyproject.toml", "docs", "static", "benchmarks", "deploy", ".ci", ".gitignore", ".env.example", "LICENSE"),
    }
