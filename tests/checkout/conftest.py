"""Who comes to the payer's pages."""

import pytest
from django.test import Client

from factories import make_invoice, make_link
from factories.attempts import open_attempt
from florin.domain.attempts.models import Attempt
from florin.domain.invoices.models import Invoice
from florin.domain.links.models import Link
from florin.domain.staff.models import User


@pytest.fixture
def payer() -> Client:
    """A browser that nobody has signed in with."""
    return Client(headers={"host": "127.0.0.1"})


@pytest.fixture
def invoice(owner: User) -> Invoice:
    """An invoice of 100.00."""
    return make_invoice(owner)


@pytest.fixture
def link(owner: User, invoice: Invoice) -> Link:
    """A link that can be paid."""
    return make_link(owner, invoice)


@pytest.fixture
def attempt(link: Link) -> Attempt:
    """A try to pay that has been opened."""
    return open_attempt(link)
