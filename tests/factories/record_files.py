"""Files of other programs, as their exports look, and running one through the import."""

from florin.domain.companies.models import Company
from florin.domain.import_runs.models import ImportRun
from florin.flows import import_records

Kind = ImportRun.Kind
State = ImportRun.State

# QuickBooks Online, Customer Contact List, exported to CSV.
CONTACTS = """\
"Fern & Petal, LLC",,,,,
Customer Contact List,,,,,

Customer full name,Phone numbers,Email,Full name,Bill address,Ship address
Acme Flowers,Phone:(305) 555-0100 Mobile:(305) 555-0101,billing@acme.example,Ann Acme,"1 Main St
Miami, FL 33101",
"Bloom & Co, Inc.",,"ann@bloom.example, joe@bloom.example",,9 Canal St New York NY 10013,
SHELL OIL 123,,,,,



" Wednesday, September 30, 2026 01:46 PM GMT-05:00",,,,,
"""

# Xero, Contacts export: the columns that mean something to us, in Xero's order.
XERO_CONTACTS = (
    "*ContactName,AccountNumber,EmailAddress,POAddressLine1,POAddressLine2,POCity,PORegion,POPostalCode,"
    "POCountry,SAAddressLine1,SACity,PhoneNumber,TaxNumber,DueDateSalesDay,DueDateSalesTerm\n"
    "Rosa Verde,RV-1,rosa@verde.example,12 High St,Unit 4,Austin,TX,78701,USA,Dock 2,Dallas,"
    "+1 512 555 0100,12-345,14,Days After\n"
)

PRODUCTS = """\
Product/Service Name,Sales Description,SKU,Type,Sales Price / Rate
Red rose 60 cm,Freedom,ROSE60,Inventory,0.4275
Eucalyptus,Baby blue,EUC,Inventory,3.90
"""


def bring(company: Company, kind: ImportRun.Kind, text: str | bytes, *, name: str = "file.csv") -> ImportRun:
    """Upload a file and have it read and checked."""
    data = text.encode() if isinstance(text, str) else text
    run = import_records.receive(company, kind, file_name=name, data=data, by="Ada")
    return work(run)


def take_in(company: Company, kind: ImportRun.Kind, text: str | bytes) -> ImportRun:
    """Upload a file, have it checked, and import what is right."""
    run = bring(company, kind, text)
    import_records.start(company, run.pk)
    return work(run)


def work(run: ImportRun) -> ImportRun:
    """Do what the worker would, and look at the run again."""
    import_records.work(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def refusals(run: ImportRun) -> list[tuple[int, str]]:
    """The refused rows: line and reason."""
    return list(run.refused_rows.order_by("line").values_list("line", "reason"))
