"""Setup > Security log: an Admin sees what happened in their own company, the latest first."""

import re
from collections.abc import Iterator

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_user
from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.domain.security.models import SecurityEvent
from florin.domain.security.services import Kind
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.kernel import clients
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check

LOG = "/office/security-log/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    security.tally.clear()
    yield
    security.tally.clear()


def shown(user: User, query: str = "") -> str:
    return signed_in(user).get(f"{LOG}{query}").content.decode()


def fill(user: User) -> None:
    """One of everything that the log shows."""
    with clients.asking("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"):
        for kind in (Kind.SIGNED_IN, Kind.SIGN_IN_FAILED, Kind.SIGN_IN_FAILED, Kind.SIGN_IN_SLOWED):
            security.note(kind, company_id=user.company_id, who=user.email)
        for kind in (Kind.SIGNED_OUT, Kind.PASSWORD_CHANGED, Kind.RESET_ASKED, Kind.PASSWORD_RESET):
            security.note(kind, company_id=user.company_id, who=user.email)
    page = "office/payments/<uuid:pk>/refund/"
    security.note(Kind.RIGHT_REFUSED, company_id=user.company_id, who=user.email, page=page)
    about = {"fields": "card_enabled", "card_enabled_before": "on", "card_enabled_after": "off"}
    security.note(Kind.SETTINGS_CHANGED, company_id=user.company_id, who=user.email, **about)
    security.note(Kind.EXPORTED, company_id=user.company_id, who=user.email, what="payment-history")


def test_the_log_tells_what_happened_in_peoples_words(owner: User) -> None:
    fill(owner)
    User.objects.filter(pk=owner.pk).update(roles=["admin", "sales_manager"])
    page = re.sub(r"\s+", " ", shown(owner))
    assert "<strong>2 times</strong>" in page
    assert "2001:db8:aaaa:bbbb::/64" in page
    assert "/office/payments/…/refund/" in page
    assert "Card payments: <s>on</s>" in page
    assert "Roles: <s>Admin</s>" in page
    assert "→ Admin, Sales Manager" in page


def test_the_log_speaks_spanish(owner: User) -> None:
    fill(owner)
    User.objects.filter(pk=owner.pk).update(language="es")
    assert "Historial de pagos" in shown(owner)


def test_the_log_is_narrowed_to_one_kind_by_its_address(owner: User) -> None:
    fill(owner)
    page = shown(owner, "?kind=exported")
    assert "Payment History" in page
    assert page.count("<tr>") == 2
    assert shown(owner, "?kind=nonsense%00").count("<tr>") > 5


def test_a_part_is_given_where_a_part_is_asked_for(owner: User) -> None:
    answer = signed_in(owner).get(LOG, headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<section id="security-log"')


def test_the_latest_comes_first_and_the_rest_on_further_pages(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        security.note(Kind.SETTINGS_CHANGED, company_id=owner.company_id, who=f"person-{number}@x.example")
    client = signed_in(owner)
    with django_assert_num_queries(4):
        first = client.get(LOG).content.decode()
    assert re.findall(r"person-(\d+)@", first) == [f"{number}" for number in range(59, 9, -1)]
    after = re.search(r'href="\?after=([^"]+)"', first)
    assert after
    assert re.findall(r"person-(\d+)@", shown(owner, f"?after={after[1]}"))[0] == "9"


def test_another_companys_log_and_what_is_no_companys_are_never_shown(owner: User, stranger: User) -> None:
    fill(owner)
    security.note(Kind.NOTICE_FORGED, sender="stripe")
    assert owner.email not in shown(stranger)
    assert "There is no such event" in shown(stranger)


def test_only_an_admin_sees_the_log(company: Company) -> None:
    others = [make_user(company, role) for role in Role if role != Role.ADMIN]
    assert {signed_in(user).get(LOG).status_code for user in others} == {403}


def test_what_roles_do_not_allow_is_noted(owner: User, colleague: User) -> None:
    for _press in range(3):
        signed_in(colleague).get("/office/payments/settings/", REMOTE_ADDR="192.0.2.9")
    row = SecurityEvent.objects.get(company=owner.company)
    assert (row.kind, row.who, row.place, row.count) == ("right_refused", colleague.email, "192.0.2.9", 3)
    assert row.about == {"page": "office/payments/settings/"}


def test_changed_settings_are_noted_with_before_and_after(owner: User) -> None:
    client = signed_in(owner)
    seen = re.search(
        r'name="seen" value="([^"]+)"', client.get("/office/payments/settings/").content.decode()
    )
    assert seen
    assert client.post("/office/payments/settings/", {"seen": seen[1]}).status_code == 302
    row = SecurityEvent.objects.get()
    assert (row.kind, row.who, row.place) == ("settings_changed", owner.email, "127.0.0.1")
    assert (row.about["card_enabled_before"], row.about["card_enabled_after"]) == ("on", "off")


@pytest.mark.parametrize("file", ["payments/export/?as=csv", "payments/settlement/download/?as=csv"])
def test_data_that_is_taken_away_is_noted(owner: User, file: str) -> None:
    client = signed_in(owner)
    for _press in range(2):
        assert client.get(f"/office/{file}").status_code == 200
    row = SecurityEvent.objects.get()
    assert (row.kind, row.who, row.count) == ("exported", owner.email, 2)


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out(owner: User, browse: Open, screen: str) -> None:
    fill(owner)
    scheme, width = screen.split()
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    for address in (LOG, f"{LOG}?kind=sessions_ended"):
        page.goto(address)
        check(page)
    page.get_by_label("Event").select_option("exported")
    page.wait_for_url("**/security-log/?kind=exported*")
    page.get_by_text("Payment History").first.wait_for(state="attached")
