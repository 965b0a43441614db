"""Failures to order from the mail server."""

from dataclasses import dataclass
from fnmatch import fnmatch

MODES = ("ok", "reject_temporary", "reject_permanent", "hang", "disconnect", "accept_disconnect")


@dataclass(slots=True)
class Order:
    """One order: `times` mails to recipients like `to` (`*` allowed) fare badly; None is until cleared."""

    mode: str
    to: str = "*"
    times: int | None = None
    seconds: float = 60.0


class Orders:
    """The standing orders, forgotten on restart."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    def add(self, order: Order) -> None:
        """Add an order; `ok` ends all orders for the same recipients."""
        self._orders = [known for known in self._orders if known.to != order.to]
        if order.mode != "ok":
            self._orders.append(order)

    def clear(self) -> None:
        """End every order."""
        self._orders.clear()

    def take(self, recipients: list[str]) -> Order:
        """The order this mail falls under, using up one of its times."""
        for order in self._orders:
            if any(fnmatch(address.lower(), order.to.lower()) for address in recipients):
                if order.times is not None:
                    order.times -= 1
                    if order.times <= 0:
                        self._orders.remove(order)
                return order
        return Order("ok")

    def standing(self) -> list[dict[str, object]]:
        """What is ordered now."""
        return [{"mode": order.mode, "to": order.to, "times": order.times} for order in self._orders]
