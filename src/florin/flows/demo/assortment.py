"""What the demo's wholesaler sells, to whom, and how such shops trade: read from ``demo_data``."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "demo_data"


@dataclass(frozen=True, slots=True)
class Shop:
    """A customer to be, all made up; ``place`` counts from 0, the one that orders most.

    ``pays`` is how: check, monthly (one check a month), wire, cash, terminal, late, never, or link; ``pace``
    by how many days it pays after the due date.
    """

    place: int
    name: str
    person: str
    email: str
    address: str
    phone: str
    terms: int
    pays: str
    pace: int
    language: str


@dataclass(frozen=True, slots=True)
class Flower:
    """A product to be; ``season`` names the days on which everybody wants it, if there are any."""

    code: str
    description: str
    unit: str
    unit_price: Decimal
    season: str


@dataclass(frozen=True, slots=True)
class Trade:
    """How real shops ordered; lists without a unit are percentiles from 0 to 100 (see ATTRIBUTION.md).

    The first two have one figure for each shop, the last two one for each weekday and hour.
    """

    orders_a_year: list[float]
    order_value_to_median: list[float]
    interval_to_mean: list[float]
    lines_an_order: list[float]
    quantity_a_line: list[float]
    weekday_shares: list[float]
    hour_shares: list[float]


@dataclass(frozen=True, slots=True)
class Market:
    """All that the year is drawn from; the shop that orders most comes first."""

    shops: Sequence[Shop]
    flowers: Sequence[Flower]
    trade: Trade


def market() -> Market:
    """Read it."""
    return Market(_shops(), _flowers(), _trade())


def _shops() -> list[Shop]:
    return [
        Shop(
            place=place,
            name=one["name"],
            person=one["person"],
            email=one["email"],
            address=f"{one['street']}\n{one['city']} {one['zip']}",
            phone=f"+1 {one['phone']}",
            terms=int(one["terms"]),
            pays=one["pays"],
            pace=int(one["pace"]),
            language=one["language"],
        )
        for place, one in enumerate(_rows("shops.csv"))
    ]


def _flowers() -> list[Flower]:
    return [
        Flower(one["code"], one["description"], one["unit"], Decimal(one["unit_price"]), one["season"])
        for one in _rows("products.csv")
    ]


def _trade() -> Trade:
    table: dict[str, Any] = json.loads((FOLDER / "trade.json").read_text())
    return Trade(**{name: table[name] for name in Trade.__dataclass_fields__})


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
