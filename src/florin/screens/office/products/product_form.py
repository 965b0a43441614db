"""The product form: its fields, what it begins with, and what others saved while somebody typed."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy

from florin.contracts import line_kinds
from florin.contracts.line_kinds import LineKind
from florin.domain.catalogue import services as catalogue
from florin.domain.catalogue.models import Product
from florin.domain.catalogue.services import ProductDraft
from florin.domain.companies.models import Company
from florin.kernel import cards
from florin.screens.office.shared.fields import OptionField, TextField, UnitPriceField
from florin.screens.office.shared.forms import OfficeForm


class ProductForm(OfficeForm):
    """A product as typed; ``saved`` is what others saved meanwhile, field by field."""

    code = TextField(label=gettext_lazy("Code"), longest=40, missing=gettext_lazy("Give a code."))
    description = TextField(
        label=gettext_lazy("Description"), longest=200, missing=gettext_lazy("Say what it is.")
    )
    kind = OptionField(
        label=gettext_lazy("Kind"),
        options=lambda: [(kind.value, line_kinds.words(kind)) for kind in LineKind],
        other=gettext_lazy("Choose a kind."),
        help_text=gettext_lazy("Orders and invoices show the sum of each kind. A discount takes off."),
    )
    unit = TextField(
        label=gettext_lazy("Unit"),
        longest=20,
        missing=gettext_lazy("Say what the price is for, such as stem or box."),
        help_text=gettext_lazy("What the price is for. Choose one, or type your own."),
    )
    unit_price = UnitPriceField(
        label=gettext_lazy("Unit price"), help_text=gettext_lazy("Up to four decimals.")
    )

    def __init__(
        self, data: QueryDict | None = None, *, company: Company, product: Product | None = None
    ) -> None:
        """Make the form of a product as saved, or of a new one, or as it was sent."""
        initial = {"kind": LineKind.GOODS.value}
        if product is not None:
            cards.vouch([product.code, product.description, product.unit])
            initial = {name: getattr(product, name) for name in ProductForm.base_fields}
        seen = catalogue.mark(product) if product else ""
        super().__init__(data, company=company, initial=initial, seen=seen)
        self.saved: dict[str, str] = {}

    def draft(self) -> ProductDraft:
        """Return what was meant, once the form is valid."""
        return ProductDraft(**{**self.cleaned_data, "kind": LineKind(self.cleaned_data["kind"])})

    def compare(self, product: Product) -> None:
        """Note what is saved now wherever it is not what is meant here, and take it as seen."""
        now = ProductForm(company=self.company, product=product)
        self.seen = now.seen
        differs = (name for name in now.fields if now.readable(name) != self.cleaned_data[name])
        self.saved = {name: str(now.fields[name].prepare_value(now.initial[name])) for name in differs}
