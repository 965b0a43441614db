"""Finding customers."""

import re
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, QuerySet

from florin.domain.customers.models import Customer

# As the index has it: punctuation parts words, and everything else belongs to one.
_BETWEEN_WORDS = re.compile(r"[\s!-/:-@\[-`{-~]+")


class _Words(Func):
    """The words of a customer's number, name and addresses; the migration "find by words" indexes them."""

    function = "customer_words"
    output_field = SearchVectorField()


def search(company_id: UUID, words: str) -> QuerySet[Customer]:
    """Return the company's customers in whose number, name or e-mail addresses each word begins a word."""
    found = Customer.objects.filter(company_id=company_id).order_by("name", "number")
    parts = [part for part in _BETWEEN_WORDS.split(words.replace("\x00", "")) if part]
    if not words.strip():
        return found
    asked = " & ".join(f"'{part}':*" for part in parts)
    known = _Words(F("number"), F("name"), F("invoice_emails"), F("statement_emails"))
    return found.alias(words=known).filter(words=SearchQuery(asked, search_type="raw", config="simple"))
