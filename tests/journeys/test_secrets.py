"""What other people of the machine can see of a running demo."""

import pytest
from playwright.sync_api import Page

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


def test_nobody_else_can_read_what_florin_keeps(demo: Demo) -> None:
    ours = [demo.folder, *(path for path in demo.folder.rglob("*") if path.name != "demo.log")]

    kept = [path for path in ours if not path.is_symlink() and not path.is_socket()]
    open_to_others = [path for path in kept if path.stat().st_mode & 0o077]
    assert len(kept) > 100
    assert open_to_others == []


def test_no_log_holds_a_secret_or_the_token_of_a_link(demo: Demo, page: Page) -> None:
    page.goto(demo.facts["pay_link"])
    page.goto(f"{demo.facts['pay_link']}/nowhere")
    token = demo.facts["pay_link"].rsplit("/", 1)[1]
    secrets = [token, demo.facts["control_token"], "sk_test_", "whsec_"]

    logs = {log.name: log.read_text(errors="replace") for log in (demo.folder / "run").glob("*.log")}
    assert {"web.log", "worker.log", "sandbox.log"} <= logs.keys()
    assert [(name, secret) for name, text in logs.items() for secret in secrets if secret in text] == []
