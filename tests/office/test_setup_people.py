"""Setup > People: an Admin invites, gives roles, deactivates; one active Admin always remains."""

from urllib.parse import urlsplit

import pytest
from pytest_django import DjangoAssertNumQueries

from factories import make_user
from florin.domain.companies.models import Company
from florin.domain.outbox.models import Message
from florin.domain.security.models import SecurityEvent
from florin.domain.staff import people
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.rights import Role
from florin.flows import change_person, invite_person
from florin.kernel.errors import NotFound
from office import signed_in
from office.conftest import Open
from office.test_accessibility import SCREENS, check

PEOPLE = "/office/setup/people/"
INVITE = f"{PEOPLE}invite/"


def at(person: User, what: str = "") -> str:
    return f"{PEOPLE}{person.pk}/{what}"


def give(by: User, person: User, *roles: str, seen: str | None = None) -> int:
    mark = people.mark(person) if seen is None else seen
    return signed_in(by).post(at(person), {"roles": roles, "seen": mark}).status_code


def test_an_admin_invites_with_several_roles_and_sees_who_is_invited(owner: User) -> None:
    client = signed_in(owner)
    form = {"email": "Ann@Shop.example", "roles": ["cashier", "reports"], "language": "es"}
    assert client.post(INVITE, form)["Location"] == PEOPLE

    invited = Invitation.objects.get()
    assert (invited.email, invited.roles, invited.language) == ("ann@shop.example", form["roles"], "es")
    page = client.get(PEOPLE).content.decode()
    assert "ann@shop.example" in page
    assert "Cashier, Reports" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": ""}, "Give an address."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["king"]}, "king"),
        ({"language": "tlh"}, "Choose a language of the list."),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_and_everything_stays(
    owner: User, fields: dict[str, str], sentence: str
) -> None:
    answer = signed_in(owner).post(
        INVITE, {"email": "ann@shop.example", "roles": ["sales"], "language": "es", **fields}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert fields.get("email", "ann@shop.example") in page
    assert not Invitation.objects.exists()


def test_a_bounced_invitation_is_seen_and_can_be_sent_again(owner: User) -> None:
    made = invite_person.invite(owner.company, "ann@shop.example", ["sales"], language="en", by=owner)
    Message.objects.update(state="bounced")
    client = signed_in(owner)
    assert "Email bounced" in client.get(PEOPLE).content.decode()

    client.post(f"/office/setup/invitations/{made.pk}/again/")
    assert Message.objects.filter(state="queued").count() == 1
    assert "Email bounced" not in client.get(PEOPLE).content.decode()


def test_roles_add_up_and_hold_from_the_next_request_on(owner: User, colleague: User) -> None:
    theirs = signed_in(colleague)
    assert theirs.get("/office/payments/").status_code == 403
    assert give(owner, colleague, "sales", "cashier") == 302
    assert theirs.get("/office/payments/").status_code == 200
    about = SecurityEvent.objects.get(kind="rights_changed").about
    assert (about["roles_after"], about["by"]) == ("cashier, sales", owner.email)


def test_two_admins_who_change_the_same_person_notice_each_other(owner: User, colleague: User) -> None:
    assert give(owner, colleague, "cashier", seen="before") == 409
    assert User.objects.get(pk=colleague.pk).roles == ["sales"]


def test_somebody_deactivated_is_out_at_once_and_cannot_sign_in(owner: User, colleague: User) -> None:
    theirs = signed_in(colleague)
    assert signed_in(owner).post(at(colleague, "deactivate/")).status_code == 302
    assert theirs.get("/office/").status_code == 302
    assert not User.objects.get(pk=colleague.pk).is_active
    about = SecurityEvent.objects.get(kind="rights_changed").about
    assert (about["active_after"], about["by"]) == ("off", owner.email)

    signed_in(owner).post(at(colleague, "activate/"))
    assert signed_in(colleague).get("/office/").status_code == 200


@pytest.mark.parametrize("change", ["deactivate", "roles"])
def test_the_last_active_admin_stays(owner: User, change: str) -> None:
    gone = make_user(owner.company, Role.ADMIN)
    change_person.deactivate(owner.company, gone.pk, by=owner)
    if change == "roles":
        assert give(owner, owner, "sales") == 422
    else:
        answer = signed_in(owner).post(at(owner, "deactivate/"))
        assert answer.status_code == 422
        assert "is the last active Admin" in answer.content.decode()
    kept = User.objects.get(pk=owner.pk)
    assert (kept.is_active, kept.roles) == (True, ["admin"])
    assert signed_in(owner).get(PEOPLE).status_code == 200


def test_an_admin_signs_somebody_out_everywhere(owner: User, colleague: User) -> None:
    theirs = [signed_in(colleague), signed_in(colleague)]
    signed_in(owner).post(at(colleague, "sign-out/"))
    assert [client.get("/office/").status_code for client in theirs] == [302, 302]
    event = SecurityEvent.objects.get(kind="sessions_ended")
    assert (event.who, event.about) == (colleague.email, {"by": owner.email})


def test_a_reset_lets_the_old_password_open_nothing_and_mails_a_link(owner: User, colleague: User) -> None:
    theirs = signed_in(colleague)
    assert signed_in(owner).post(at(colleague, "reset/")).status_code == 302
    assert theirs.get("/office/").status_code == 302
    assert not User.objects.get(pk=colleague.pk).has_usable_password()
    assert Message.objects.get(kind="password_reset").recipient == colleague.email


@pytest.mark.parametrize("what", ["", "deactivate/", "activate/", "sign-out/", "reset/"])
def test_a_stranger_changes_nobody_of_ours(colleague: User, stranger: User, what: str) -> None:
    form = {"roles": ["admin"], "seen": people.mark(colleague)}
    assert signed_in(stranger).post(at(colleague, what), form).status_code == 404
    kept = User.objects.get(pk=colleague.pk)
    assert (kept.roles, kept.is_active) == (["sales"], True)


def test_a_stranger_neither_sees_nor_ends_our_invitations(owner: User, stranger: User) -> None:
    made = invite_person.invite(owner.company, "ann@shop.example", ["sales"], language="en", by=owner)
    client = signed_in(stranger)
    assert "ann@shop.example" not in client.get(PEOPLE).content.decode()
    for what in ("again", "withdraw"):
        assert client.post(f"/office/setup/invitations/{made.pk}/{what}/").status_code == 404
    with pytest.raises(NotFound):
        invite_person.withdraw(stranger.company, made.pk, by=stranger)


def test_the_persons_page_and_the_log_tell_what_happened_to_them(owner: User, colleague: User) -> None:
    give(owner, colleague, "cashier")
    client = signed_in(owner)
    for page in (at(colleague), f"/office/security-log/?who={colleague.email}"):
        text = client.get(page).content.decode()
        assert "User changed" in text
        assert f"by {owner.email}" in text
    assert f"by {owner.email}" not in client.get(f"/office/security-log/?who={owner.email}").content.decode()


def test_the_list_costs_the_same_for_many(
    company: Company, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(owner)
    for _more in range(2):
        for _person in range(5):
            make_user(company, Role.SALES)
        with django_assert_num_queries(3 + 2):  # who asks; people and invitations
            client.get(PEOPLE)


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(owner: User, colleague: User, browse: Open, screen: str) -> None:
    scheme, width = screen.split()
    made = invite_person.invite(owner.company, "ann@shop.example", ["sales"], language="en", by=owner)
    page = browse(owner, color_scheme=scheme, viewport={"width": int(width), "height": 800}).new_page()
    addresses = [PEOPLE, INVITE, at(colleague), at(colleague, "deactivate/"), at(colleague, "reset/")]
    for address in [*addresses, "/account/name/", urlsplit(invite_person.address_of(made)).path]:
        page.goto(address)
        check(page)
