"""A day is the company's day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from florin.kernel import clock

LATE_IN_LONDON = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", date(2026, 6, 30)),
        ("America/New_York", date(2026, 6, 30)),
        ("Europe/Madrid", date(2026, 7, 1)),
        ("Pacific/Kiritimati", date(2026, 7, 1)),
    ],
)
def test_the_same_instant_is_another_day_elsewhere(
    zone: str, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATE_IN_LONDON)

    assert clock.today(zone) == clock.local(LATE_IN_LONDON, zone) == day


def test_now_is_now_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_what_is_written_down_later_happened_at_its_own_moment_and_never_tomorrow() -> None:
    with clock.at(LATE_IN_LONDON):
        assert clock.now() == LATE_IN_LONDON
        assert clock.today("Europe/Madrid") == date(2026, 7, 1)
    assert clock.now() > LATE_IN_LONDON

    with pytest.raises(ValueError, match="before it happens"), clock.at(datetime.now(UTC) + timedelta(1)):
        pass
