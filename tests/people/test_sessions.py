"""Sessions end by themselves and by hand, and people see where they are signed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client

from factories import PASSWORD
from florin.domain.activity.models import Activity
from florin.domain.companies.models import Company
from florin.domain.security.models import SecurityEvent
from florin.domain.staff import sessions
from florin.domain.staff.models import Session, User
from florin.kernel import clock
from office import signed_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SETTINGS = "/office/setup/sign-in/"


class Hands:
    """A clock that stands still until a test moves it on."""

    now = datetime.now(UTC)

    def on(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", lambda: hands.now)
    return hands


def is_in(client: Client, **headers: str) -> bool:
    return client.get("/office/feed/", headers=headers).status_code < 300


def shorten(owner: User, *, idle: int = 480, lasts: int = 24) -> Any:
    client = signed_in(owner)
    seen = client.get(SETTINGS).context["form"].seen
    return client.post(SETTINGS, {"seen": seen, "idle_minutes": idle, "session_hours": lasts})


def test_a_session_ends_after_eight_hours_without_work(owner: User, hands: Hands) -> None:
    client = signed_in(owner)
    hands.on(hours=7, minutes=59)
    assert is_in(client)
    hands.on(hours=8, minutes=1)
    assert not is_in(client)
    assert not Session.objects.filter(person=owner).exists()
    event = SecurityEvent.objects.get(kind=SecurityEvent.Kind.SESSIONS_ENDED)
    assert (event.who, event.about) == (owner.email, {"what": "time-limit"})


def test_a_page_that_refreshes_by_itself_keeps_no_session_alive(owner: User, hands: Hands) -> None:
    client = signed_in(owner)
    refreshed = []
    for _time in range(3):
        hands.on(hours=3)
        refreshed.append(is_in(client, **{"Florin-Refresh": "true"}))

    assert refreshed == [True, True, False]


def test_a_session_ends_after_a_day_however_busy(owner: User, hands: Hands) -> None:
    client = signed_in(owner)
    for _time in range(6):
        hands.on(hours=4)
        assert is_in(client)
    hands.on(minutes=1)
    assert not is_in(client)


def test_a_company_shortens_the_limits_at_once_and_for_its_own_people_only(
    owner: User, colleague: User, stranger: User, hands: Hands
) -> None:
    ours, theirs = signed_in(colleague), signed_in(stranger)
    hands.on(minutes=20)

    assert shorten(owner, idle=15).status_code == 302
    assert not is_in(ours)
    assert is_in(theirs)


def test_the_change_is_in_the_timeline_and_refused_if_somebody_was_quicker(owner: User) -> None:
    assert shorten(owner, lasts=4).status_code == 302
    assert Activity.objects.get(kind="settings_changed").about["session_hours_after"] == "4"

    stale = {"seen": "before", "idle_minutes": "15", "session_hours": "4"}
    assert signed_in(owner).post(SETTINGS, stale).status_code == 409
    assert Company.objects.get(pk=owner.company_id).idle_minutes == 480


@pytest.mark.parametrize(("idle", "lasts"), [(0, 24), (481, 24), (15, 25), (7, 4), (-15, 4)])
def test_no_other_times_than_those_of_the_list_are_taken(owner: User, idle: int, lasts: int) -> None:
    assert shorten(owner, idle=idle, lasts=lasts).status_code == 422


def test_whoever_comes_back_is_told_and_led_to_where_they_were(owner: User, hands: Hands) -> None:
    client = signed_in(owner)
    hands.on(hours=9)
    answer = client.get("/office/orders/?q=rose")

    assert answer["Location"] == "/account/sign-in/?next=%2Foffice%2Forders%2F%3Fq%3Drose&ended=1"
    assert "Your session has ended" in client.get(answer["Location"]).content.decode()


def test_a_part_of_a_page_leads_the_browser_to_sign_in(owner: User, hands: Hands) -> None:
    client = signed_in(owner)
    hands.on(hours=9)
    answer = client.get("/office/feed/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/office/"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/account/sign-in/?next=%2Foffice%2F&ended=1")


def test_people_see_browser_and_address_of_their_own_sessions_only(owner: User, colleague: User) -> None:
    sheet = {"login": owner.email, "password": PASSWORD}
    Client().post("/account/sign-in/", sheet, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="203.0.113.5")
    signed_in(colleague)

    page = signed_in(owner).get("/account/sessions/")
    assert len(page.context["sessions"]) == 2
    assert "Firefox, Windows" in page.content.decode()
    assert "203.0.113.5" in page.content.decode()


def test_the_list_tells_no_secret(owner: User) -> None:
    page = signed_in(owner).get("/account/sessions/").content.decode()

    assert Session.objects.get().session_key not in page


def test_one_ends_a_session_of_ones_own(owner: User) -> None:
    here, lost = signed_in(owner), signed_in(owner)
    name = Session.objects.get(session_key=lost.session.session_key).name
    assert here.post(f"/account/sessions/{name}/end/").status_code == 302

    assert (is_in(here), is_in(lost)) == (True, False)


def test_nobody_ends_the_session_of_somebody_else(owner: User, stranger: User) -> None:
    ours = signed_in(owner)
    name = Session.objects.get().name
    signed_in(stranger).post(f"/account/sessions/{name}/end/")

    assert is_in(ours)


def test_one_ends_all_others(owner: User, colleague: User) -> None:
    here, there, theirs = signed_in(owner), signed_in(owner), signed_in(colleague)
    here.post("/account/sessions/others/end/")

    assert [is_in(client) for client in (here, there, theirs)] == [True, False, True]


@pytest.mark.parametrize("path", ["/account/sessions/others/end/", "/account/sessions/"])
def test_nobody_who_is_not_signed_in_gets_there(company: Company, path: str) -> None:
    assert Client().post(path).status_code in {302, 405}
    assert Client().get(path).status_code in {302, 405}


def test_a_session_that_is_ended_while_it_is_used_does_not_come_back(owner: User) -> None:
    client = signed_in(owner)
    used = sessions.SessionStore(client.session.session_key)
    used["something"] = "new"
    sessions.end_all(owner)

    with pytest.raises(UpdateError):
        used.save()
    assert not Session.objects.exists()
    assert not is_in(client)


def test_being_signed_in_costs_no_statement_more_than_who_it_is(
    owner: User, hands: Hands, django_assert_num_queries: Any
) -> None:
    client = signed_in(owner)
    is_in(client)
    with django_assert_num_queries(3):  # session, person, company
        client.get(SETTINGS.replace("setup/sign-in", "nothing-here"))


def test_what_has_ended_is_forgotten(owner: User, hands: Hands) -> None:
    signed_in(owner)
    hands.on(days=2)
    sessions.forget()

    assert not Session.objects.exists()
