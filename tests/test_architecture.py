"""What no linter can state about the house: sizes, names, and that what is promised is carried out."""

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import CharField

from factories.database import sql
from florin.contracts.processor import LONGEST_REFERENCE
from florin.kernel.jobs import Job
from florin.runtime import worker

SOURCE = Path(__file__).parent.parent / "src"


def under(path: Path, *folders: str) -> bool:
    return bool({*folders} & {*path.relative_to(SOURCE).parts})


MODULES = sorted(SOURCE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in MODULES}
TEMPLATES = sorted((SOURCE / "florin" / "screens").rglob("templates/**/*.html"))
OURS = [path for path in MODULES if not under(path, "migrations")]
CLOSE_TO_MONEY = [path for path in OURS if under(path, "kernel", "domain", "flows")]
MOST_LINES, MOST_LINES_OF_FUNCTION = 400, 60
LONGEST_TEMPLATE_LINE = 140
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "tools"}
FROZEN = "b31d8c1508239018c593d052a33dedfbea0ead390a060b7729373bf1169fe060"
REPORTS = ["entry", "invoice", "payment", "refund", "notice", "outbox", "activity"]
WRITING = {"create", "save", "update", "delete", "bulk_create", "bulk_update", "select_for_update"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(TREES[path]):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
        if isinstance(node, ast.Call) and name in names:
            yield node


def places(found: Iterator[tuple[Path, ast.AST]]) -> list[str]:
    return [f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 1)}" for path, node in found]


def test_the_tests_of_the_house_see_the_house() -> None:
    assert len(OURS) > 100
    assert len(CLOSE_TO_MONEY) > 50
    assert sum(1 for path in OURS for _ in calls(path, *RELATIONS)) > 30


def test_modules_fit_in_a_head_and_functions_on_a_screen() -> None:
    long = [path.name for path in MODULES if path.read_text().count("\n") > MOST_LINES]
    functions = ((path, node) for path in OURS for node in ast.walk(TREES[path]))
    too_long = places(
        (path, node)
        for path, node in functions
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MOST_LINES_OF_FUNCTION
    )
    assert (long, too_long) == ([], [])


def test_no_line_of_a_template_is_long_and_no_attributes_are_joined() -> None:
    lines = [
        (f"{path.relative_to(SOURCE)}:{number}", line)
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
    ]
    assert len(TEMPLATES) > 150
    assert [place for place, line in lines if len(line) > LONGEST_TEMPLATE_LINE] == []
    # The minus takes the blank away that the formatter left before the attribute.
    assert [place for place, line in lines if re.search(r"\{%-[^%]*%\}[a-z]", line)] == []


def test_a_module_begins_by_saying_what_it_is_for() -> None:
    silent = [path for path in OURS if TREES[path].body and not ast.get_docstring(TREES[path])]
    assert [str(path.relative_to(SOURCE)) for path in silent] == []


def test_no_module_is_named_for_nothing() -> None:
    assert [
        path for path in MODULES if NAMES_THAT_SAY_NOTHING & {path.stem, *path.relative_to(SOURCE).parts}
    ] == []


def test_no_migration_imports_florin_but_what_is_frozen() -> None:
    migrations = [path for path in MODULES if path.parent.name == "migrations"]
    imported = {name for path in migrations for name in _imports(path) if name.split(".")[0] == "florin"}
    assert imported == {"florin.kernel.frozen"}
    frozen = SOURCE / "florin/kernel/frozen.py"
    assert not [name for name in _imports(frozen) if name.startswith("florin")]
    assert hashlib.sha256(frozen.read_bytes()).hexdigest() == FROZEN


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_migrations_are_named_for_what_they_do() -> None:
    made = [path.stem for path in MODULES if path.parent.name == "migrations" and path.stem != "__init__"]
    assert made
    assert [name for name in made if not re.fullmatch(r"\d{4}(_[a-z0-9]+){2,}", name) or "auto" in name] == []


def test_the_file_names_of_an_app_keep_what_architecture_promises() -> None:
    files = {path: path.name for path in OURS if under(path, "domain") and under(path, "florin")}
    read_only = [path for path, name in files.items() if name == "queries.py"]
    assert places((path, node) for path in read_only for node in calls(path, *WRITING)) == []
    promised = {"lifecycle.py": r"Lifecycle\(", "checking.py": r"^def findings\(\) -> list\[Finding\]:"}
    for name, what in promised.items():
        texts = {path: path.read_text() for path, found in files.items() if found == name}
        assert texts
        assert [path for path, text in texts.items() if not re.search(what, text, re.MULTILINE)] == []


def test_no_floating_point_near_money() -> None:
    made = ((path, call) for path in CLOSE_TO_MONEY for call in calls(path, "float"))
    assert places(made) == []
    used = (
        (path, node) for path in CLOSE_TO_MONEY if not under(path, "flows") for node in ast.walk(TREES[path])
    )
    floats = (
        (path, node)
        for path, node in used
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    )
    assert places(floats) == []


def test_nothing_is_called_by_signal_or_looked_up_by_name() -> None:
    imported = re.compile(
        r"^\s*(from|import) django\.(dispatch|\S*\bsignals)|django\.\S+ import .*\bsignals\b", re.MULTILINE
    )
    assert [path for path in MODULES if imported.search(path.read_text())] == []
    assert places((path, call) for path in OURS for call in calls(path, "get_model")) == []


def test_relations_name_the_class_and_not_a_text() -> None:
    texts = (
        (path, call)
        for path in OURS
        for call in calls(path, *RELATIONS)
        if call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value != "self"
    )
    assert places(texts) == []


def test_no_app_reaches_up_through_a_relation_of_another() -> None:
    ours = [model for model in apps.get_models() if model.__module__.startswith("florin.")]
    assert len(ours) > 15
    reverse = [
        f"{field.model.__name__}.{field.name}"
        for model in ours
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is not None
        if field.related_model._meta.app_label != model._meta.app_label  # type: ignore[union-attr]
        if not field.remote_field.hidden  # type: ignore[union-attr]
    ]
    assert reverse == []


def test_every_job_that_can_be_asked_for_is_carried_out_and_nothing_else_is_offered() -> None:
    tasks = worker.build().tasks
    rounds = {name for name, task in tasks.items() if task.queueing_lock == name}

    asked_for = {name for name in tasks if not name.startswith(("procrastinate", "builtin"))} - rounds
    assert asked_for - set(worker.FORMER) == {job.value for job in Job}


def test_the_tables_are_as_the_models_say(database: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("report", REPORTS)
def test_every_report_view_explains_itself(database: None, report: str) -> None:
    found = sql(f"SELECT obj_description(to_regclass('report_{report}'))")
    exists = sql(f"SELECT to_regclass('report_{report}') IS NOT NULL")

    assert exists == [(False,)] or (found[0][0] or "").endswith(".")
    assert exists == [(True,)] or report == "refund"


def test_the_names_that_processors_give_may_be_255_characters_long() -> None:
    names = {
        "about",
        "reference",
        "account",
        "event",
        "payment",
        "payout",
        "source",
        "subject",
        "request",
        "decline",
    }
    processors = {
        "companies",
        "attempts",
        "notices",
        "payments",
        "refunds",
        "disputes",
        "payouts",
        "refusals",
    }
    texts = {
        f"{model.__name__}.{field.name}": field.max_length
        for model in apps.get_models()
        if model._meta.app_label in processors
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.name in names
    }
    assert len(texts) >= 20
    assert {name: length for name, length in texts.items() if length != LONGEST_REFERENCE} == {}
