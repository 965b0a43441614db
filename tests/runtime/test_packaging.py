"""The files for containers and systemd fit the commands that there are, and what can judge them here does."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from florin.config import main

PACKAGING = Path(__file__).parents[2] / "packaging"
UNITS = sorted((PACKAGING / "systemd").glob("*.*"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    for each in UNITS:
        text = re.sub(r"/opt/florin/\S*/florin\b", "/bin/true", each.read_text())
        (tmp_path / each.name).write_text(re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE))

    done = subprocess.run(
        [program, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_that_is_started_exists_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    started = [
        line.split("florin/.venv/bin/florin ", 1)[1].split()
        for unit in UNITS
        for line in unit.read_text().splitlines()
        if line.startswith("Exec")
    ]
    started.append(["run", *re.findall(r'"(--[a-z-]+)"', (PACKAGING / "Containerfile").read_text())[:1]])

    assert len(started) >= 6
    for words in started:
        assert words[0] in main._COMMANDS
        with pytest.raises(SystemExit):
            main.main([words[0], "--help"])
        helped = capsys.readouterr().out
        assert all(word in helped for word in words[1:] if word.startswith("--"))


def test_no_program_of_a_unit_or_container_may_become_root() -> None:
    services = [unit.read_text() for unit in UNITS if unit.suffix == ".service"]
    assert all("User=florin\n" in text and "NoNewPrivileges=yes\n" in text for text in services)
    container = (PACKAGING / "Containerfile").read_text()
    assert re.findall(r"^USER (.*)$", container, re.MULTILINE) == ["10001:10001"]
    assert container.index("USER ") < container.index("ENTRYPOINT")
