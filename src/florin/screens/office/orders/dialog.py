"""The dialogs on an order: each a step that is shown first, as a part of the page or as a page of its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.orders.credit_limit import OverLimit
from florin.domain.orders.models import Order
from florin.flows import render_documents
from florin.kernel.errors import Refusal
from florin.screens.office.shared.access import StaffRequest, dialog
from florin.screens.office.shared.order_status import ShownOrder


def show_dialog(
    request: StaffRequest, name: str, shown: ShownOrder, problem: Refusal | None = None, **context: object
) -> HttpResponse:
    """Show a step in the dialog, or as a page of its own where there is no script."""
    context |= {"shown": shown, "problem": problem, "unsaid": False}
    if isinstance(problem, OverLimit):  # what there is to say of it is beside the choice that it leaves
        context |= {"problem": None, "unsaid": True}
    context["undrawn"] = render_documents.undrawn_of_order(shown.order)
    status = problem.status if problem else 200
    return dialog(request, f"orders/{name}.html", context, title=shown.order.number, status=status)


def say_held(request: StaffRequest, order: Order) -> None:
    """Say what became of an order that somebody wanted on hold: enough may be free by now."""
    if order.state == Order.State.CONFIRMED:
        text = _("Order %(number)s is confirmed: it is within the credit limit.")
    else:
        text = _("Order %(number)s is on hold. It is confirmed automatically as soon as enough is paid.")
    messages.success(request, text % {"number": order.number})
