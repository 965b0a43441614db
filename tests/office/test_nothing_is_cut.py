"""Nothing that people type is cut: what is too much is refused with the limit, and still there."""

import ast
import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

import florin
from factories import make_customer, make_invoice
from florin.domain.catalogue.models import Product
from florin.domain.customers import queries
from florin.domain.orders.models import Order
from florin.domain.orders.services import MOST_LINES
from florin.domain.staff.models import User
from florin.flows import send_payment_links
from florin.kernel.database import new_key
from office import order_form, signed_in

NEW = "/office/orders/new/"
HTMX = {"HX-Request": "true"}
ROOT = Path(florin.__file__).parent
# What a screen makes up itself, for nobody to type.
HIDDEN = re.compile(r"press|after|seen")


def lines(count: int) -> dict[str, list[str]]:
    return {
        "line-key": [f"{place:08x}" for place in range(count)],
        "line-code": [""] * count,
        "line-description": [f"Rose {place}" for place in range(count)],
        "line-quantity": ["1"] * count,
        "line-unit": [""] * count,
        "line-unit_price": ["1"] * count,
    }


def test_a_line_too_many_is_refused_with_the_number_and_none_is_lost(owner: User) -> None:
    sheet = order_form(customer=make_customer(owner.company).number, **lines(MOST_LINES + 1))

    answer = signed_in(owner).post(NEW, sheet)

    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "An order takes at most 2,000 lines; this one has 2,001." in text
    assert len(re.findall('value="Rose [0-9]+"', text)) == MOST_LINES + 1
    assert not Order.objects.exists()


def test_no_line_is_added_to_a_full_order(owner: User) -> None:
    answer = signed_in(owner).post(
        "/office/orders/lines/", order_form(act="add", **lines(MOST_LINES)), headers=HTMX
    )

    assert "at most 2,000 lines" in answer.content.decode()


def test_a_line_that_comes_in_pieces_is_kept(owner: User) -> None:
    """Whoever leaves out a field of the last line sends the others all the same."""
    sheet = order_form(customer=make_customer(owner.company).number, **lines(2)) | {"line-unit": ["stem"]}

    signed_in(owner).post(NEW, sheet)

    assert Order.objects.get().lines.count() == 2


def test_more_fields_than_can_be_sent_say_how_many_can(owner: User) -> None:
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    client = signed_in(owner)

    answer = client.post(NEW, lines(most // 6 + 1), headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"]) == (413, "#notices")
    assert f"{most:,} fields" in answer.content.decode()


def test_more_bytes_than_can_be_sent_say_how_many_can(owner: User) -> None:
    answer = signed_in(owner).post(NEW, {"note": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})

    assert answer.status_code == 413
    assert "2.5 MB" in answer.content.decode()


@pytest.mark.parametrize("size", [201, 100_000])
@pytest.mark.parametrize(
    "field", ["customer", "po_number", "note", "ship_to", "line-code", "line-description"]
)
def test_a_text_that_is_too_long_is_refused_with_the_limit_and_kept(
    owner: User, *, field: str, size: int
) -> None:
    text = "a" * (size if field != "note" else 1000 + size)
    sheet = order_form(customer=make_customer(owner.company).number)
    sheet[field] = [text] if field.startswith("line-") else text
    if field == "ship_to":
        sheet[field] = text = text * 2

    answer = signed_in(owner).post(NEW, sheet)

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r"At most \d+ characters\.", shown)
    assert text in shown


def test_a_code_is_the_whole_code(owner: User) -> None:
    """The first 40 letters of what is typed may be another product's code."""
    Product.objects.create(company=owner.company, code="A" * 40, description="Another", unit_price=1)
    sheet = order_form(act="fill:0a0a0a0a", **{"line-code": ["A" * 41], "line-description": [""]})

    answer = signed_in(owner).post("/office/orders/lines/", sheet, headers=HTMX)

    assert "Another" not in answer.content.decode()


@pytest.mark.parametrize(
    "list_",
    [
        "orders",
        "customers",
        "payments",
        "credits",
        "credits/open",
        "aging",
        "payments/refunds",
        "payments/disputes",
    ],
)
def test_words_that_are_too_long_to_search_for_are_refused_with_the_limit(owner: User, list_: str) -> None:
    client = signed_in(owner)

    answer = client.get(f"/office/{list_}/", {"q": "x" * 201}, headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#notices")
    assert "at most 200 characters; these are 201" in answer.content.decode()
    assert client.get(f"/office/{list_}/", {"q": "x" * 200}, headers=HTMX).status_code == 200


def test_every_word_of_a_search_counts(owner: User) -> None:
    words = "the very best of all the old flower shops by the north"
    wanted = make_customer(owner.company, name=f"{words} gate")
    make_customer(owner.company, name=f"{words} pier")

    assert list(queries.search(owner.company_id, f"{words} gate")) == [wanted]


def test_all_that_match_are_those_that_match_the_whole_words(owner: User) -> None:
    """Words in letters that an address writes with nine signs each, and a tick for all that they find."""
    name = "株" * 100
    wanted = make_invoice(owner, customer=make_customer(owner.company, name=f"{name} 式"))
    make_invoice(owner, customer=make_customer(owner.company, name=f"{name} 会"))
    client, here = signed_in(owner), "/office/open-invoices/"
    text = client.post(here, {"q": f"{name} 式", "act": "all"}, headers=HTMX).content.decode()
    frozen = unescape(re.findall(r'name="all" value="([^"]+)"', text)[0])

    review = client.post("/office/open-invoices/review/", {"all": frozen}).content.decode()

    assert re.findall(r"INV-\d+", review)
    assert set(re.findall(r"INV-\d+", review)) == {wanted.number}


def test_more_ticks_than_can_be_sent_are_counted_in_full(owner: User) -> None:
    kept = ",".join(new_key().hex for _ in range(send_payment_links.MOST_INVOICES + 2))

    answer = signed_in(owner).post("/office/open-invoices/review/", {"chosen": kept})

    assert answer.status_code == 422
    assert "At most 5,000 invoices" in answer.content.decode()


def test_no_field_cuts_what_is_pasted_into_it() -> None:
    """A browser keeps of a paste what ``maxlength`` allows, and says nothing."""
    cutting = [path.name for path in ROOT.rglob("*.html") if re.search(r"maxlength=", path.read_text())]

    assert cutting == []


def sliced(tree: ast.AST) -> list[str]:
    """The slices of what was sent: ``request.POST.get("q", "")[:80]`` and its like."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    texts = [ast.unparse(node) for node in found if isinstance(node.slice, ast.Slice) and node.slice.upper]
    return [text for text in texts if re.search(r"\.get(list)?\(|\.(POST|GET|FILES|body)\b", text)]


def test_no_screen_slices_what_was_sent() -> None:
    assert sliced(ast.parse('request.POST.get("q", "")[:80].strip()'))
    cut = [
        f"{path.name}: {text}"
        for path in (ROOT / "screens").rglob("*.py")
        for text in sliced(ast.parse(path.read_text()))
        if not HIDDEN.search(text)
    ]

    assert cut == []
