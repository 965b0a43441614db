"""Keys that sort by time."""

from florin.kernel.database import new_key


def test_later_keys_sort_later() -> None:
    keys = [new_key() for _ in range(1000)]

    assert keys == sorted(set(keys))
    assert {key.version for key in keys} == {7}
