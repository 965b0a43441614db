"""Mail addresses are read as mail programs paste them, and stand in ASCII on the wire."""

import time

import pytest

from florin.kernel import addresses
from florin.kernel.addresses import BadAddress


@pytest.mark.parametrize(
    "text",
    [
        "ann@x.example, bob@y.example",
        "ann@x.example;bob@y.example;",
        "ann@x.example\r\nbob@y.example\r\n",
        "ann@x.example bob@y.example",
        "Ann <ann@x.example>, Bob <bob@y.example>",
        "Ann Doe <ann@x.example>; <bob@y.example>",
        '"Doe, Ann; Sales" <ann@x.example>, "Roe \\"B\\"" <bob@y.example>',
        "Doe, Ann <ann@x.example>; Roe, Bob <bob@y.example>",
        "Doe, Ann <ann@x.example>, Roe, Bob <bob@y.example>",
        "'ann@x.example' <ann@x.example>; bob@y.example <bob@y.example>",
        '"ann@old.example" <ann@x.example>\nBob (Sales) < bob@y.example >',
        ",; \n ann@x.example ,, bob@Y.EXAMPLE",
    ],
)
def test_a_list_is_understood_however_a_mail_program_writes_it(text: str) -> None:
    assert list(addresses.several(text)) == ["ann@x.example", "bob@y.example"]


@pytest.mark.parametrize(
    "text",
    [
        "a+b@x.example;o'neil@x.example",
        "a+b@x.example,o'neil@x.example,",
        "a+b@x.example\N{NO-BREAK SPACE}o'neil@x.example",
        "a+b@x.example\no'neil@x.example;",
    ],
)
def test_plus_apostrophe_and_hard_spaces_do_no_harm(text: str) -> None:
    assert list(addresses.several(text)) == ["a+b@x.example", "o'neil@x.example"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ann@x.example, bob", "bob"),
        ("bob, ann@x.example", "bob"),
        ("Doe\nAnn <ann@x.example>", "Doe"),
        ("carl@z.example Ann <ann@x.example>", "carl@z.example Ann <ann@x.example>"),
        ("Ann <>", ""),
        ("Ann <ann@x.example", "Ann"),
        ("a@b@x.example", "a@b@x.example"),
        ("ann@x.example\x00", "ann@x.example\x00"),
    ],
)
def test_what_is_no_address_is_named_and_nothing_is_dropped(text: str, named: str) -> None:
    with pytest.raises(BadAddress) as refused:
        list(addresses.several(text))
    assert refused.value.text == named


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@München.example", "ann@xn--mnchen-3ya.example"),
        ("ann@例子.example", "ann@xn--fsqu00a.example"),
        ("Ann+Sales@X.example", "Ann+Sales@x.example"),
    ],
)
def test_a_domain_is_shown_in_its_letters_and_sent_by_idna2008(typed: str, wire: str) -> None:
    assert addresses.on_the_wire(typed) == wire
    assert addresses.read(wire) == addresses.read(typed)
    assert addresses.read(typed).casefold() == typed.casefold()


@pytest.mark.parametrize("address", ["jörg@x.example", "用户@例子.example"])
def test_letters_before_the_at_sign_that_not_every_server_takes_are_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="before the @"):
        addresses.read(address)
    with pytest.raises(BadAddress):
        addresses.on_the_wire(address)


@pytest.mark.parametrize("text", ['"' * 20_001, "<" * 20_000, "a," * 20_000, '"\\' * 20_000, "a <" * 9_000])
def test_reading_takes_time_in_proportion_to_the_text(text: str) -> None:
    began = time.process_time()

    with pytest.raises(BadAddress):
        list(addresses.several(f"x,{text}"))
    assert time.process_time() - began < 1
