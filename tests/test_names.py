"""One word per thing: names follow docs/glossary.md, and what has gone does not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = [ROOT / "src" / "florin", ROOT / "tests"]

# These are English, too, and turned down only where they are the whole name.
SAY_NOTHING_ALONE = {
    "are",
    "asked",
    "doubt",
    "go_on",
    "judge",
    "kept",
    "look",
    "more",
    "needs",
    "of",
    "part",
    "put",
    "row",
    "said",
    "says",
    "step",
    "take",
    "tell",
    "told",
    "typed",
    "wanted",
    "ways",
    "why",
    "world",
    "wrong",
}


def _turned_down() -> set[str]:
    """The words of the third column of the table for code, and the names that say nothing."""
    text = (ROOT / "docs" / "glossary.md").read_text()
    table = text.partition("## In code")[2].partition("## On screens")[0]
    rows = [line.split("|")[3] for line in table.splitlines() if line.count("|") == 4]
    words = re.findall(
        r"\b[a-z_]+\b", re.sub(r"\(.*?\)|beside each other|as a model's name", "", ",".join(rows[2:]))
    )
    return {*words, *SAY_NOTHING_ALONE} - {"back", "give", "return", "runs", "statements"}


def _defined() -> Iterator[tuple[str, str]]:
    """Every name of a module, class or function of ours, with its place."""
    for path in (
        path for folder in FOLDERS for path in folder.rglob("*.py") if "migrations" not in path.parts
    ):
        place = str(path.relative_to(ROOT))
        yield path.stem, place
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, f"{place}:{node.lineno}"


def _is(word: str, name: str) -> bool:
    bare = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("_")).lower()
    if word in SAY_NOTHING_ALONE:
        return bare == word
    return not bare.startswith("test_") and word in bare.split("_")


def test_words_that_have_gone_do_not_come_back_as_names() -> None:
    gone = _turned_down()

    assert [f"{place} {name}" for name, place in _defined() for word in gone if _is(word, name)] == []
