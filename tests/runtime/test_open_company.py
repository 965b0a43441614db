"""``florin open-company`` takes the password as it is typed."""

import argparse
import io

import pytest

from florin.domain.staff.models import User
from florin.runtime import open_company


@pytest.mark.usefixtures("database")
def test_a_password_keeps_the_spaces_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = argparse.ArgumentParser()
    open_company.arguments(parser)
    named = ["petal", "--name", "Petal", "--email", "office@petal.example", "--admin", "ada@petal.example"]
    monkeypatch.setattr("sys.stdin", io.StringIO("  a long and odd password \n"))
    assert open_company.run(parser.parse_args(named)) == 0
    assert User.objects.get().check_password("  a long and odd password ")
