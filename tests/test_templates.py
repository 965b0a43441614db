"""Templates fail where they would mislead: names that nobody gave, methods that nobody called."""

from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from jinja2 import UndefinedError

from florin.kernel.money import Money


def render(source: str, **context: Any) -> str:
    return str(
        engines["jinja2"].from_string(source).render(context, RequestFactory().get("/?sort=due&after=7"))
    )


class Thing:
    name = "<b>Rose</b>"

    def is_open(self) -> bool:
        return False


def test_text_is_escaped() -> None:
    assert render("{{ thing.name }}", thing=Thing()) == "&lt;b&gt;Rose&lt;/b&gt;"


@pytest.mark.parametrize("source", ["{{ nobody }}", "{% if nobody %}{% endif %}", "{{ thing.nothing }}"])
def test_a_name_that_nobody_gave_fails(source: str) -> None:
    with pytest.raises(UndefinedError):
        render(source, thing=Thing())


@pytest.mark.parametrize(
    "source",
    [
        "{{ thing.is_open }}",
        "{% if thing.is_open %}{% endif %}",
        "{% if not thing.is_open %}{% endif %}",
        "{% if thing and thing.is_open %}{% endif %}",
        "{{ 1 if thing.is_open == 2 else 3 }}",
    ],
)
def test_the_tests_refuse_a_method_that_nobody_called(source: str) -> None:
    with pytest.raises(TypeError, match="without being called"):
        render(source, thing=Thing())


def test_money_and_texts_are_the_readers() -> None:
    with translation.override("es"):
        assert (
            render("{{ _('Order') }} {{ sum|money }}", sum=Money(123450, "USD")) == "Pedido 1.234,50\xa0US$"
        )


def test_what_a_text_is_given_is_escaped_and_the_text_is_not() -> None:
    said = render("{% trans n=thing.name %}100% <i>{{ n }}</i>{% endtrans %}", thing=Thing())
    assert said == "100% <i>&lt;b&gt;Rose&lt;/b&gt;</i>"


@pytest.mark.parametrize(
    ("changes", "query"),
    [("after=8", "?sort=due&amp;after=8"), ("after=none", "?sort=due"), ("after=none, sort=none", "?")],
)
def test_a_link_keeps_the_rest_of_the_query(changes: str, query: str) -> None:
    assert render(f"{{{{ querystring({changes}) }}}}") == query


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ('<td\n  class="a"\n>\n  {{ n }}\n</td>\n<td>', '<td class="a">7</td><td>'),
        ("<p>\n  a  b\n  <b>c</b>\n  <i>d</i>\n</p>", "<p>a b <b>c</b> <i>d</i></p>"),
        ("<button>\n  Pay\n</button>\n<button>", "<button>Pay</button> <button>"),
        ("<p>{% if n %}\n  a\n{% else %}\n  b\n{% endif %}\n</p>", "<p>a </p>"),
        ("a{% if not n %}<p>b</p>{% endif %}\nc", "a c"),  # what is left out is no block beside it
        ("{% for m in (n, n) %}<b>{{ m }}</b>\n{% endfor %}", "<b>7</b> <b>7</b> "),
        ('<a class="\n  {% if n %}on{% endif %}\n" title="a  b">', '<a class="on" title="a  b">'),
        ("<a\n  {% if not n %}b{% endif %}\n  {% if n %}c{% else %}d{% endif %}\n  e\n>", "<a c e>"),
        ("<a {% if n %}{{ n }}{% endif %} {% if not n %}c{% endif %}>", "<a 7>"),
        ("<a {% if not n %}b{% endif %}{% if n %}c{% endif %}>", "<a c>"),
        ("<textarea>\n a\n  </textarea>", "<textarea>\n a\n  </textarea>"),
        (
            "<td>1\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}2</td>",
            "<td>1\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}2</td>",
        ),
        ("<p>\n{% trans n %}\n  {{ n }}\n  it's\n{% endtrans %}\n</p>", "<p>7 it's</p>"),
    ],
)
def test_what_makes_a_template_readable_is_not_sent(source: str, page: str) -> None:
    assert render(source, n=7) == page
