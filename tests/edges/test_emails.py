"""All emails: each kind has its folder, both parts say the same, and no template is left over."""

import re
from html import unescape

import pytest

from florin.contracts.stored_emails import KINDS
from florin.domain.outbox.models import Message
from florin.edges.mail import samples
from florin.edges.mail.rendering import TEMPLATES
from florin.edges.mail.samples import Sample

SAMPLES = {
    f"{sample.kind}, {sample.variant}, {language}": sample
    for language in ("en", "es")
    for sample in samples.render_all(language=language)
}


# What the text part says in other words, or need not say: column headings, help with the button, the foot.
LAYOUT = re.compile(
    r'<th [^>]*scope="col".*?</th>|<p class="small".*?</p>|<div class="before".*?</div>', re.DOTALL
)


def words(html: str) -> list[str]:
    """What a reader of the HTML part sees, text by text, and where its links lead."""
    body = LAYOUT.sub("", html.split("<body")[1].partition(">")[2])
    texts = [*re.split(r"<[^>]*>", body), *re.findall(r'href="([^"]*)"', body)]
    return [" ".join(unescape(text).split()) for text in texts if text.strip()]


def test_every_kind_has_a_record_a_folder_and_a_sample() -> None:
    folders = {path.name for path in TEMPLATES.iterdir()} - {"layout"}
    assert set(Message.Kind.values) == set(KINDS) == folders == {sample.kind for sample in SAMPLES.values()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_folder_has_subject_html_and_text(kind: str) -> None:
    assert {"subject.txt", "body.html", "body.txt"} <= {path.name for path in (TEMPLATES / kind).iterdir()}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_the_text_part_says_all_that_the_html_part_says(sample: Sample) -> None:
    text = " ".join(sample.email.text.replace(": ", " ").split())
    said = words(sample.email.html)
    assert len(said) > 3
    assert [each for each in said if each.replace(": ", " ") not in text] == []


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_no_table_is_empty(sample: Sample) -> None:
    tables = re.findall(r"<table.*?</table>", sample.email.html, re.DOTALL)
    assert all("<tr" in table for table in tables)
