"""The Spanish catalogue holds every text of the sources, is compiled, and is what readers see."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

import florin
from florin.kernel.templating import make_environment

PACKAGE = Path(florin.__file__).parent
SPANISH = PACKAGE / "locale" / "es" / "LC_MESSAGES"

Key = tuple[str, str, str]  # context, text, plural; "" where there is none

# What each function takes before anything else.
TAKES = {
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "gettext_noop": ("text",),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
    "npgettext_lazy": ("context", "text", "plural"),
}
# What must survive a translation: placeholders, literal per cent signs, and tags.
MARK = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>")


def spanish() -> Catalog:
    with (SPANISH / "django.po").open("rb") as file:
        return read_po(file, locale="es")


def texts(message: Message) -> tuple[str, ...]:
    """The text, and its plural if it has one."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def catalogue_texts(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What a catalogue says, by context, text and plural."""
    return {(one.context or "", *texts(one)): translations(one) for one in catalogue if one.id}


def key(name: str, arguments: list[str]) -> Key:
    given = dict(zip(TAKES["gettext" if name == "_" else name], arguments, strict=False))
    return given.get("context", ""), given["text"], given.get("plural", "")


def in_python(source: str) -> Iterator[Key]:
    """Find the calls with literal texts, under whatever name the module imported the function."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in TAKES
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            name = names[node.func.id]
            first = node.args[: len(TAKES[name])]
            yield key(name, [one.value for one in first if isinstance(one, ast.Constant)])  # type: ignore[misc]


def in_template(source: str) -> Iterator[Key]:
    """Find the texts in a template, as its engine reads it."""
    environment: Any = make_environment()
    for _, name, found in environment.extract_translations(source):
        yield key(name, [found] if isinstance(found, str) else [text for text in found if text is not None])


def in_sources() -> dict[Key, Path]:
    found: dict[Key, Path] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py":
            found |= dict.fromkeys(in_python(path.read_text()), path)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found |= dict.fromkeys(in_template(path.read_text()), path)
    return found


def test_every_text_of_the_sources_has_a_spanish_one() -> None:
    catalogue = spanish()
    sources = in_sources()
    assert len(sources) > 600

    missing = []
    for (context, text, plural), path in sources.items():
        message = catalogue.get(text, context or None)
        if message is None or message.fuzzy or (plural and texts(message) != (text, plural)):
            missing.append(f"{path.relative_to(PACKAGE)}: {text}")
    assert not missing, "run `make messages`, and translate: " + "\n".join(missing)


def test_every_translation_is_finished_and_keeps_placeholders_and_tags() -> None:
    wrong = [
        original
        for message in spanish()
        if message.id
        for original, translated in zip(texts(message), translations(message), strict=True)
        if not translated.strip()
        or message.fuzzy
        or sorted(MARK.findall(original)) != sorted(MARK.findall(translated))
    ]
    assert not wrong


def test_the_compiled_catalogue_is_what_the_readable_one_says() -> None:
    with (SPANISH / "django.mo").open("rb") as file:
        committed = read_mo(file)
    compiled = BytesIO()
    write_mo(compiled, spanish())
    compiled.seek(0)

    assert catalogue_texts(committed) == catalogue_texts(read_mo(compiled)), "run `make messages`"
    assert (committed.num_plurals, committed.plural_expr) == (2, "(n != 1)")


def heard(context: str, text: str, plural: list[str]) -> list[str]:
    """Ask Django, as the screens do; a text with a plural for one and for two."""
    if not plural:
        return [translation.pgettext(context, text) if context else translation.gettext(text)]
    if not context:
        return [translation.ngettext(text, plural[0], count) for count in (1, 2)]
    return [translation.npgettext(context, text, plural[0], count) for count in (1, 2)]


def test_a_reader_of_spanish_gets_our_words_and_not_djangos() -> None:
    assert [str(PACKAGE / "locale")] == settings.LOCALE_PATHS
    with translation.override("es"):
        assert translation.gettext("Order") == "Pedido"  # Django's own admin says "Orden"
        for (context, text, *plural), translated in catalogue_texts(spanish()).items():
            assert tuple(heard(context, text, plural)) == translated


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('{{ _("It\'s due") }}', ("", "It's due", "")),
        ('{{ pgettext("state", "Void") }}', ("state", "Void", "")),
        ('{% with nothing = _("not on it") %}{% include "a.html" %}{% endwith %}', ("", "not on it", "")),
        (
            "{% trans n=3 %}{{ n }} line{% pluralize %}{{ n }} lines{% endtrans %}",
            ("", "%(n)s line", "%(n)s lines"),
        ),
        ("{% trans %}\n  Wrapped,\n  and 5 % more\n{% endtrans %}", ("", "Wrapped, and 5 %% more", "")),
    ],
)
def test_texts_in_templates_are_found(template: str, found: Key) -> None:
    assert list(in_template(template)) == [found]


def test_texts_in_python_are_found_under_another_name() -> None:
    source = "from django.utils.translation import gettext_lazy as later\nlater('Number')"
    assert list(in_python(source)) == [("", "Number", "")]
