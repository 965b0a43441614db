"""The same lists with a million orders: a page may not get slower with the table."""

from bench import lists
from bench.measures import Measure
from bench.world import World


def measure(world: World) -> list[Measure]:
    """Takes a minute or two, most of it for writing the orders."""
    return lists.measure_with(world, 1_000_000)
