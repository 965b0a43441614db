"""The documents say what the code says: states, paths, tests, settings, report views and dependencies."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from florin.domain.attempts.lifecycle import ATTEMPT
from florin.domain.companies.lifecycle import PAYMENTS_ACCOUNT
from florin.domain.credits.lifecycle import CREDIT
from florin.domain.disputes.lifecycle import DISPUTE
from florin.domain.mailing_runs.lifecycle import RUN_ITEM
from florin.domain.orders.lifecycle import ORDER
from florin.domain.outbox.lifecycle import MESSAGE
from florin.domain.payouts.lifecycle import PAYOUT
from florin.domain.refunds.lifecycle import REFUND
from florin.edges.gateways.stripe import events
from florin.kernel.lifecycle import Lifecycle
from testing.answers import ROWS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CASES = ROOT / "tests" / "cases" / "README.md"
DOCUMENTS = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", CASES])
ADRS = sorted((DOCS / "adr").glob("0*.md"))

# A path may be told from the root, from the package, or from the document's own folder.
_TOPS = {path.name for path in (*ROOT.iterdir(), *(ROOT / "src" / "florin").iterdir())} - {".venv", "var"}
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|md|toml|txt)")
_NAMED = re.compile(r"(?P<path>[^:]+\.py)::(?P<name>\w+)")


# The numbers of what ASVS 5.0 asks at levels 1 and 2 (OWASP Foundation, CC BY-SA 4.0).
_ASVS = (Path(__file__).parent / "cases" / "asvs_5_0_levels_1_and_2.txt").read_text().split()


def _quoted(document: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def _is_path(text: str) -> bool:
    known = text.split("/", maxsplit=1)[0] in _TOPS or text.endswith((".py", ".md", ".toml"))
    return bool(_PATH.fullmatch(text)) and known


def _find(text: str, document: Path) -> Path | None:
    if "/" not in text:  # a name that many folders have, such as models.py
        return next((ROOT / "src").rglob(text), None) or next(ROOT.glob(text), None)
    places = (ROOT, ROOT / "src" / "florin", document.parent)
    return next((place / text for place in places if (place / text).exists()), None)


def _rows(document: Path) -> Iterator[list[str]]:
    """The cells of every table row, the headings and rulings among them."""
    for line in document.read_text().splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    "table",
    [ORDER, ATTEMPT, REFUND, DISPUTE, CREDIT, RUN_ITEM, MESSAGE, PAYMENTS_ACCOUNT, PAYOUT],
    ids=[
        *("order", "attempt", "refund", "dispute", "credit", "run item"),
        *("message", "payments account", "payout"),
    ],
)
def test_the_pictures_of_the_states_are_drawn_from_the_code(table: Lifecycle[Any]) -> None:
    assert f"```mermaid\n{table.drawing()}\n```" in (DOCS / "lifecycles.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    missing = [text for text in _quoted(document) if _is_path(text) and _find(text, document) is None]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_function_and_test_that_a_document_names_is_there(document: Path) -> None:
    missing = []
    for named in filter(None, map(_NAMED.fullmatch, _quoted(document))):
        path = _find(named["path"], document)
        if path is None or not re.search(rf"^(def|class) {named['name']}\b", path.read_text(), re.MULTILINE):
            missing.append(named[0])

    assert missing == []


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text())

    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", ADRS, ids=lambda path: path.name)
def test_every_decision_ends_with_what_enforces_it(document: Path) -> None:
    last = document.read_text().strip().splitlines()[-1]

    assert re.match(r"Enforced by .*`tests/[\w/]+\.py::test_\w+`", last)


def test_every_setting_is_in_the_table_and_no_other() -> None:
    read = re.compile(
        r"""(?:\b(?:text|number|port|choice|address|_mail_address|secret|given_secret|former_secrets)|environ\.get)\(\s*["\']([A-Z][A-Z_]+)["\']"""
    )
    sources = (ROOT / "src" / "florin").rglob("*.py")
    asked_for = {name for source in sources for name in read.findall(source.read_text())}

    told = {name for row in _rows(DOCS / "settings.md") for name in re.findall(r"`([A-Z_]{8,})`", row[0])}

    assert told == asked_for


@pytest.mark.usefixtures("database")
def test_the_report_views_have_the_columns_that_are_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(column_name, ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_name LIKE 'report%%' GROUP BY table_name",
            [],
        )
        views = dict(cursor.fetchall())

    told = {
        row[0].strip("`"): row[2] for row in _rows(DOCS / "operations.md") if row[0].startswith("`report_")
    }

    assert told == views


def test_every_dependency_has_a_line_and_every_line_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *(one for group in groups for one in group)]
    names = [re.split(r"[\[<>=~ ]", one)[0].lower() for one in wanted if isinstance(one, str)]

    told = [row[0] for row in _rows(DOCS / "dependencies.md") if row[0] not in {"package", "---"}]

    assert sorted(told) == sorted(names)


def test_the_permissions_to_give_at_stripe_are_those_that_we_ask_about() -> None:
    source = (ROOT / "src/florin/edges/gateways/stripe/permissions.py").read_text()
    told = (DOCS / "gateways.md").read_text().partition("**Permissions of")[2].partition("**Events.**")[0]

    assert set(re.findall(r"rak_[a-z_]+", told)) == set(re.findall(r"rak_[a-z_]+", source))


def test_the_events_to_switch_on_at_stripe_are_those_that_we_read() -> None:
    told = (DOCS / "gateways.md").read_text().partition("**Events.**")[2].partition("\n\n")[2]
    table = told.partition("\n\n")[0]

    assert sorted(re.findall(r"`([a-z_.]+)`", table)) == sorted(events.READ)


def test_the_table_of_answers_says_what_is_tested() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in _rows(DOCS / "gateways.md") if len(row) == 3}

    assert {name: row.meaning for name, row in ROWS.items()}.items() <= told.items()
    answers = [name for name in told if re.match(r"\d{3}|time-out|connection", name)]
    assert answers == [*ROWS]


def test_every_file_that_made_others_stumble_is_told_of_and_read_by_the_test_that_is_named() -> None:
    """That each named test exists is seen above, as for every document."""
    unread = {path.stem for path in CASES.parent.iterdir() if path.suffix in {".csv", ".xlsx"}}
    for case, _value, *tests in _rows(CASES):
        named = [found for cell in tests for found in map(_NAMED.fullmatch, re.findall(r"`([^`]+)`", cell))]
        assert all(named), case
        assert named or case in {"case", "---"} or "make_million.py" in case
        sources = [(ROOT / found["path"]).read_text() for found in named if found]
        unread -= {stem for stem in re.findall(r"\w+", case) if any(stem in source for source in sources)}

    assert unread == set()


def _asvs() -> dict[str, list[str]]:
    """What security.md says of each number of the standard: what it is about, how it is, what shows that."""
    rows = [row for row in _rows(DOCS / "security.md") if re.match(r"[\d., ]+$", row[0]) and len(row) == 4]
    return {number: row[1:] for row in rows for number in row[0].split(", ")}


def test_each_requirement_of_the_standard_is_judged_once() -> None:
    told = re.findall(r"^\| ([\d., ]+) \|", (DOCS / "security.md").read_text(), re.MULTILINE)
    judged = [number for row in told for number in row.split(", ")]

    assert sorted(judged) == sorted(_ASVS)
    assert {is_ for _about, is_, _shown in _asvs().values()} == {"met", "no", "open"}


def test_what_is_met_is_shown_by_a_test_or_a_place_in_the_code() -> None:
    document = DOCS / "security.md"
    for number, (_about, is_, shown) in _asvs().items():
        named = [text.partition("::")[0] for text in re.findall(r"`([^`]+)`", shown)]
        places = [text for text in named if _is_path(text) and _find(text, document)]
        assert is_ != "met" or places, number
        assert shown, number


def test_what_is_open_is_a_list() -> None:
    listed = re.findall(r"^\* ([\d., ]+), ", (DOCS / "security.md").read_text(), re.MULTILINE)

    is_open = [number for number, (_about, is_, _shown) in _asvs().items() if is_ == "open"]
    assert [number for row in listed for number in row.split(", ")] == is_open
