"""The addresses of the staff screens, folder by folder."""

from florin.screens.office.bank import urls as bank
from florin.screens.office.credits import urls as credits_
from florin.screens.office.customers import urls as customers
from florin.screens.office.home import urls as home
from florin.screens.office.imports import urls as imports
from florin.screens.office.invoices import urls as invoices
from florin.screens.office.orders import urls as orders
from florin.screens.office.payments import urls as payments
from florin.screens.office.products import urls as products
from florin.screens.office.setup import urls as setup
from florin.screens.office.shared import urls as shared
from florin.screens.office.statements import urls as statements

app_name = "office"

urlpatterns = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *invoices.urlpatterns,
    *shared.urlpatterns,
    *credits_.urlpatterns,
    *customers.urlpatterns,
    *products.urlpatterns,
    *setup.urlpatterns,
    *imports.urlpatterns,
    *statements.urlpatterns,
    *payments.urlpatterns,
    *bank.urlpatterns,
]
