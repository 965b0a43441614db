"""What the tests of the staff's screens share."""

import time

from django.test import Client

from florin.domain.orders.models import Order
from florin.domain.staff.models import User


def signed_in(user: User) -> Client:
    """A client in which somebody has just signed in."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def order_form(order: Order | None = None, /, **fields: str | list[str]) -> dict[str, object]:
    """The order form as a browser sends it: one line of ten roses at 1.2345, unless told otherwise."""
    customer = order.customer.number if order else ""
    return {
        "customer": customer,
        "ship_on": "",
        "po_number": "",
        "ship_to": "",
        "note": "",
        "version": str(order.version) if order else "0",
        "press": "a-press",
        "line-key": ["0a0a0a0a"],
        "line-code": [""],
        "line-description": ["Roses"],
        "line-quantity": ["10"],
        "line-unit": ["stem"],
        "line-unit_price": ["1.2345"],
        **fields,
    }
