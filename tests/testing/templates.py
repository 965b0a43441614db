"""The screens' templates, stricter than in service: no method that nobody called is shown or tested."""

from typing import Any

from django.test.signals import template_rendered
from jinja2 import Environment, Template, nodes

from florin.screens.shared import templating

_TESTED: dict[type[nodes.Node], tuple[str, ...]] = {
    nodes.If: ("test",),
    nodes.CondExpr: ("test",),
    nodes.And: ("left", "right"),
    nodes.Or: ("left", "right"),
    nodes.Not: ("node",),
    nodes.Compare: ("expr",),
}


class _Checked(Environment):
    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for kind, parts in _TESTED.items():
            for node in [*tree.find_all(kind)]:
                for part in parts:
                    setattr(node, part, _checked(getattr(node, part)))
        return tree


class _Reporting(Template):
    """Tells the tests' client what it was given, as Django's own templates do."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        template_rendered.send(sender=self, template=self, context=dict(*args, **kwargs))
        return super().render(*args, **kwargs)


def environment(**options: Any) -> Environment:
    """Return the screens' environment with the checks."""
    made = templating.environment(**options, finalize=refuse_callables)
    made.__class__ = _Checked
    made.template_class = _Reporting
    made.filters["refuse_callables"] = refuse_callables
    return made


def refuse_callables(value: Any) -> Any:
    """Return a value that is none."""
    if callable(value) and not getattr(value, "do_not_call_in_templates", False):
        raise TypeError(f"{value!r} is shown or tested without being called")
    return value


def _checked(node: nodes.Expr) -> nodes.Expr:
    return nodes.Filter(node, "refuse_callables", [], [], None, None, lineno=node.lineno)
