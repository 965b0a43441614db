"""The fields of the office's forms, one class for each kind of thing that people type.

Each reads by the one rule there is for its kind. What cannot be meant becomes the sentence beside the field,
and the form that comes back shows what was typed, as it was typed.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from florin.domain.companies import profile
from florin.domain.companies.models import Company
from florin.domain.customers import rules
from florin.domain.customers.models import Customer
from florin.flows import send_documents
from florin.kernel import addresses, amounts
from florin.kernel.errors import Refusal
from florin.kernel.money import Money, exponent
from florin.screens.office.shared import customer_field, parsing
from florin.screens.office.shared.parsing import InvalidInput

Options = Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]]

_NUMBER = {"class": "amount", "inputmode": "decimal"}


class ParsedField(forms.Field):
    """A field whose text is read by ``read``; with nothing typed it is ``nothing``, or says what is missing.

    ``missing`` is the sentence for a field that must not stay empty. One with several ``lines`` is as high;
    ``mode`` is the keyboard that a telephone shows.
    """

    nothing: object = None
    attributes: dict[str, str] = {}

    def __init__(self, *, missing: Any = "", lines: int = 1, mode: str = "", **options: Any) -> None:
        """Make a field; ``options`` are Django's."""
        widget = forms.Textarea() if lines > 1 else forms.TextInput()
        widget.attrs = {"rows": lines} if lines > 1 else {**self.attributes}
        widget.attrs |= {"inputmode": mode} if mode else {}
        messages = {**options.pop("error_messages", {}), "required": missing}
        super().__init__(required=bool(missing), widget=widget, error_messages=messages, **options)

    def clean(self, value: Any) -> Any:
        """Return what is meant.

        Raises:
            ValidationError: with the sentence that says why it cannot be meant.
        """
        text = value if isinstance(value, str) else ""
        if not text.strip():
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return self.nothing
        try:
            return self.read(text)
        except (InvalidInput, Refusal) as problem:
            raise ValidationError(str(problem), code="invalid") from problem

    def read(self, text: str) -> object:
        """Return what a text means that is not empty.

        Raises:
            InvalidInput, Refusal: if it cannot be meant.
        """
        raise NotImplementedError


class TextField(ParsedField):
    """A text or a code of at most ``longest`` characters, never with a card number in it (R23)."""

    nothing = ""

    def __init__(self, *, longest: int, **options: Any) -> None:
        """Make a field for so many characters."""
        super().__init__(**options)
        self.longest = longest

    def read(self, text: str) -> str:
        """Return the text without spaces around it."""
        return parsing.words(text, longest=self.longest)


class NumberField(ParsedField):
    """An exact number with so many digits before its decimal sign and so many places after it.

    ``outside`` is the sentence for a number below ``lowest`` or above ``highest``.
    """

    attributes = _NUMBER

    def __init__(
        self,
        *,
        whole: int,
        places: int,
        lowest: int | None = None,
        highest: int | None = None,
        outside: Any = "",
        **options: Any,
    ) -> None:
        """Make a field for numbers of this size."""
        super().__init__(**options)
        self.whole, self.places = whole, places
        self.lowest, self.highest, self.outside = lowest, highest, outside

    def read(self, text: str) -> Decimal:
        """Return the number, in the reader's own way of writing it."""
        number = parsing.decimal(text, whole=self.whole, places=self.places)
        if (self.lowest is not None and number < self.lowest) or (
            self.highest is not None and number > self.highest
        ):
            raise InvalidInput(str(self.outside))
        return number

    def prepare_value(self, value: Any) -> Any:
        """Show a number as the reader would type it, and a text as it was typed."""
        return parsing.as_typed(value) if isinstance(value, Decimal) else value


class DaysField(ParsedField):
    """A number of days, of a year at most."""

    attributes = {"inputmode": "numeric"}
    outside = rules.NO_DAYS

    def read(self, text: str) -> int:
        """Return the number."""
        return rules.terms_days(text)


class QuantityField(NumberField):
    """A quantity, such as of stems or boxes; below zero for what comes back."""

    def __init__(self, **options: Any) -> None:
        """Make a field for up to nine digits and three places."""
        super().__init__(whole=9, places=3, missing=gettext_lazy("Give a number."), **options)


class UnitPriceField(NumberField):
    """What one unit costs, in up to four decimals of the order's currency."""

    def __init__(self, **options: Any) -> None:
        """Make a field for up to ten digits and four places."""
        super().__init__(
            whole=amounts.PRICE_DIGITS,
            places=amounts.PRICE_PLACES,
            missing=gettext_lazy("Give a number."),
            **options,
        )


class AmountField(ParsedField):
    """An amount of money in the form's ``currency``, in its decimals at most; ``above_zero`` if it must be.

    While the currency is not known it is nothing: another field says so.
    """

    attributes = _NUMBER
    default_error_messages = {"negative": gettext_lazy("An amount cannot be negative.")}
    currency = ""

    def __init__(self, *, above_zero: bool = False, **options: Any) -> None:
        """Make a field; the form says in which currency (``use_currency``)."""
        super().__init__(**options)
        self.above_zero = above_zero

    def read(self, text: str) -> Money | None:
        """Return the amount."""
        if not self.currency:
            return None
        number = parsing.decimal(text, whole=amounts.MOST_DIGITS, places=exponent(self.currency))
        if self.above_zero:
            return parsing.exact_amount(number, self.currency)
        if number < 0:
            raise InvalidInput(str(self.error_messages["negative"]))
        return Money(int(number.scaleb(exponent(self.currency))), self.currency)

    def prepare_value(self, value: Any) -> Any:
        """Show an amount as the reader would type it, no amount as nothing, and a text as it was typed."""
        return parsing.written(value) if isinstance(value, Money) else value


class ShareField(AmountField):
    """What one of several gets of an amount, or gives: nothing and zero are none, and ``most`` is the most.

    ``too_much`` is the sentence for more.
    """

    def __init__(self, *, most: Money, too_much: str) -> None:
        """Make a field for one of them, in its currency."""
        super().__init__(above_zero=True)
        self.most, self.too_much, self.currency = most, too_much, most.currency

    def read(self, text: str) -> Money | None:
        """Return the amount."""
        if not text.strip(" 0.,"):
            return None
        amount = super().read(text)
        if amount is not None and amount > self.most:
            raise InvalidInput(self.too_much)
        return amount


class DayField(ParsedField):
    """A day, as a date field of the browser sends it."""

    def __init__(self, **options: Any) -> None:
        """Make a field of the browser's kind for dates."""
        super().__init__(**options)
        self.widget.input_type = "date"

    def read(self, text: str) -> date | None:
        """Return the day."""
        return parsing.day(text)

    def prepare_value(self, value: Any) -> Any:
        """Show a day as the browser's field takes it, and a text as it was typed."""
        return value.isoformat() if isinstance(value, date) else value


class AddressesField(ParsedField):
    """Addresses for mails, as mail programs paste them, in their normal form and each once."""

    nothing: tuple[str, ...] = ()

    def read(self, text: str) -> tuple[str, ...]:
        """Return the addresses."""
        return send_documents.addresses([text])

    def prepare_value(self, value: Any) -> Any:
        """Show one address a line, and a text as it was typed."""
        return value if isinstance(value, str) or not isinstance(value, Sequence) else "\n".join(value)


class AddressField(ParsedField):
    """One address for mails, in its normal form."""

    def read(self, text: str) -> str:
        """Return the address."""
        return addresses.read(text)


class CurrencyField(ParsedField):
    """A currency by its code, in small letters too."""

    def __init__(self, **options: Any) -> None:
        """Make a field that must be filled."""
        super().__init__(missing=gettext_lazy("This is not a currency; write it like USD."), **options)

    def read(self, text: str) -> str:
        """Return the code."""
        return profile.read_currency(text)


class ColourField(ParsedField):
    """A colour, as the browser's field for colours sends it."""

    def __init__(self, **options: Any) -> None:
        """Make a field of the browser's kind for colours."""
        super().__init__(**options)
        self.widget.input_type = "color"

    def read(self, text: str) -> str:
        """Return the colour."""
        return profile.read_colour(text)


class CustomerField(ParsedField):
    """One of the company's customers, by number or name."""

    company: Company

    def __init__(self, **options: Any) -> None:
        """Make a field that must be filled."""
        super().__init__(missing=gettext_lazy("Choose a customer."), **options)

    def read(self, text: str) -> Customer:
        """Return the customer that was meant."""
        return customer_field.find_customer(self.company, text)

    def prepare_value(self, value: Any) -> Any:
        """Show a customer by number and name, and a text as it was typed."""
        return customer_field.label(value) if isinstance(value, Customer) else value


class ProductField(TextField):
    """The code of a product; whatever is sold once may have any other, or none."""

    def __init__(self, **options: Any) -> None:
        """Make a field for a code."""
        super().__init__(longest=40, **options)


class OptionField(forms.ChoiceField):
    """One of some options; ``other`` is the sentence for anything else."""

    def __init__(self, *, options: Options, other: Any, **more: Any) -> None:
        """Make a field for these options, or for what a function returns: what is sent, what is read."""
        super().__init__(choices=options, error_messages={"required": other, "invalid_choice": other}, **more)
