"""Writing every email with made-up content to a folder, for developers to look at; nothing is sent."""

from pathlib import Path

from django.conf import settings

from florin.edges.mail import rendering, samples


def write_all(folder: Path) -> Path:
    """Write all emails in every language, HTML part and text part, and return the page that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for language, _name in settings.LANGUAGES:
        for count, sample in enumerate(samples.render_all(language=f"{language}-us"), 1):
            name = f"{language}-{count:02}-{sample.kind}"
            (folder / f"{name}.html").write_text(sample.email.html, encoding="utf-8")
            (folder / f"{name}.txt").write_text(sample.email.text, encoding="utf-8")
            shown.append((name, language, sample))
    index = folder / "index.html"
    page = rendering.environment().get_template("layout/preview.html").render(shown=shown)
    index.write_text(page, encoding="utf-8")
    return index
