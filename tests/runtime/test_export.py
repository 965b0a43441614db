"""``florin export``: it writes a whole archive or none, over nothing that is there."""

import stat
from argparse import ArgumentParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from florin.domain.security.models import SecurityEvent
from florin.domain.staff.models import User
from florin.runtime import export


def run(*words: str) -> int:
    parser = ArgumentParser()
    export.arguments(parser)
    return export.run(parser.parse_args(words))


def test_an_archive_is_written_for_its_owners_eyes_and_noted(owner: User, tmp_path: Path) -> None:
    target = tmp_path / "bloom.zip"
    assert run("--company", owner.company.slug, str(target)) == 0
    assert ZipFile(target).testzip() is None
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    event = SecurityEvent.objects.get(kind=SecurityEvent.Kind.EXPORTED)
    assert (event.company, event.about["what"]) == (owner.company, "everything")
    assert [path.name for path in tmp_path.iterdir()] == ["bloom.zip"]


def test_nothing_is_overwritten(owner: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bloom.zip"
    target.write_text("precious")
    assert run("--company", owner.company.slug, str(target)) == 2
    assert target.read_text() == "precious"
    assert "is there already" in capsys.readouterr().err


def test_of_an_unknown_company_it_names_those_that_there_are(
    owner: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--company", "nobody", str(tmp_path / "x.zip")) == 2
    assert owner.company.slug in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
