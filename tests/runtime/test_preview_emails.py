"""``florin preview-emails``: every kind of email in every language, from made-up content and no database."""

import argparse
from pathlib import Path

from florin.contracts.stored_emails import KINDS
from florin.runtime import preview_emails


def test_every_kind_is_written_in_both_languages_and_listed(tmp_path: Path) -> None:
    assert preview_emails.run(argparse.Namespace(folder=tmp_path)) == 0

    listed = (tmp_path / "index.html").read_text()
    for language in ("en", "es"):
        for kind in KINDS:
            [first, *_] = sorted(tmp_path.glob(f"{language}-??-{kind}.html"))
            assert first.with_suffix(".txt").exists()
            assert f'href="{first.name}"' in listed
