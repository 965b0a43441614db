"""What other people of the machine can see of a running demo."""

import pytest

from testing.demo import Demo

pytestmark = pytest.mark.xdist_group("demo")


def test_no_argument_of_any_program_holds_a_secret(demo: Demo) -> None:
    lines = demo.command_lines()

    assert "florin-sandbox" in lines
    assert demo.facts["control_token"] not in lines
    assert "sk_test_" not in lines
    for kept in demo.folder.glob("*_*"):
        if kept.is_file():
            assert kept.read_text(errors="replace").strip() not in lines, kept.name


def test_a_token_that_begins_with_a_hyphen_starts_a_demo_all_the_same(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("hyphen")
    (folder / "sandbox_control_token").write_text("-" + "a" * 47)

    with Demo.running(folder) as demo:
        assert demo.mails() is not None
