"""``florin operator``: who may sign in to the console."""

import io
from argparse import ArgumentParser

import pytest

from florin.domain.operators import services as operators
from florin.domain.security.models import SecurityEvent
from florin.runtime import operator

EMAIL, PASSWORD = "ops@host.example", "seven green wellingtons"


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who pipes the password in."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


def run(*words: str) -> int:
    parser = ArgumentParser()
    operator.arguments(parser)
    return operator.run(parser.parse_args(words))


def test_operators_are_added_listed_and_deactivated(
    database: None, types: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", EMAIL) == 0
    assert operators.recognise(EMAIL, PASSWORD) is not None
    assert run("deactivate", EMAIL) == 0
    assert operators.recognise(EMAIL, PASSWORD) is None
    assert run("list") == 0
    assert f"{EMAIL} (inactive)" in capsys.readouterr().out
    assert SecurityEvent.objects.count() == 2


@pytest.mark.parametrize("words", [("deactivate", "nobody@x.example"), ("add", "no address"), ("add",)])
def test_what_cannot_be_meant_is_said(
    database: None, types: None, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 2
    assert capsys.readouterr().err
