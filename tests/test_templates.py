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
