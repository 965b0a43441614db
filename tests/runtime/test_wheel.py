"""What is given to others: the wheel holds all that runs, and says its version."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_every_file_of_the_source_and_no_test(wheel: Path) -> None:
    source = ROOT / "src"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    files = [ROOT / name for name in listed] or [
        path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    wanted = {path.relative_to(source).as_posix() for path in files if path.exists()}
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    kinds = {Path(name).suffix for name in held}
    assert {".html", ".css", ".js", ".txt", ".mo", ".sql", ".gz", ".typ"} <= kinds
    assert held == wanted


def test_the_wheel_runs_away_from_the_source_and_says_its_version(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import florin.config.main as program; print(program.__file__); program.main()",
            "--version",
        ],
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "FLORIN_DATA": str(tmp_path / "data")},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert said[0].startswith(str(tmp_path))
    assert said[1:] == ["florin", VERSION]


def test_the_changelog_has_a_section_for_this_version() -> None:
    assert f"## [{VERSION}]" in (ROOT / "CHANGELOG.md").read_text()
