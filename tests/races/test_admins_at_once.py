"""Two Admins deactivate each other at the same instant: one of them remains."""

from functools import partial

from factories import make_user
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.domain.staff.people import LastAdmin
from florin.domain.staff.rights import Role
from florin.flows import change_person
from testing.races import at_once, without_locks


def left(company: Company) -> int:
    """How many active Admins remain after each of four has been deactivated at one instant."""
    User.objects.filter(company=company).update(is_active=False)
    admins = [make_user(company, Role.ADMIN) for _admin in range(4)]
    calls = [partial(change_person.deactivate, company, one.pk, by=one) for one in admins]
    answers = at_once(*calls)
    assert all(isinstance(answer, User | LastAdmin) for answer in answers), answers
    return User.objects.filter(company=company, is_active=True).count()


def test_of_admins_who_all_go_at_once_one_remains(company: Company) -> None:
    assert left(company) == 1


def test_control_without_the_lock_none_may_remain(company: Company) -> None:
    with without_locks():
        assert any(left(company) == 0 for _try in range(10))
