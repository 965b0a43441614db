"""Setup > Import: what came in so far, and the page of one file from its columns to the end."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.import_runs.models import ImportRun
from florin.domain.orders.credit_limit import LONGEST_REASON
from florin.domain.staff.rights import Right
from florin.flows import import_records, undo_import
from florin.flows.importing.record_fields import KINDS
from florin.flows.importing.records import ReadingChoices
from florin.kernel.database import find
from florin.kernel.errors import Refusal
from florin.kernel.notation import Order, Sign
from florin.screens.office.shared import parsing
from florin.screens.office.shared.access import StaffRequest, does, page, shows
from florin.screens.office.shared.parsing import InvalidInput

Kind = ImportRun.Kind
State = ImportRun.State

OFFERED = tuple(KINDS)
LABELS: Mapping[ImportRun.Kind, Promise] = {
    Kind.CUSTOMERS: gettext_lazy("Customers"),
    Kind.PRODUCTS: gettext_lazy("Products"),
    Kind.INVOICES: gettext_lazy("Invoices: open, partly paid or paid"),
    Kind.CREDITS: gettext_lazy("Open credits"),
    Kind.LINES: gettext_lazy("Invoices, line by line"),
}
_MOST_RUNS = 50
_MOST_REFUSED = 100


@shows(Right.SETUP)
def imports(request: StaffRequest) -> HttpResponse:
    """Ask for a file, and show what came in so far."""
    return show_all(request)


@shows(Right.SETUP)
def run(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show what is in a file, how far it is, and what came of it."""
    return _show(request, _find(request, pk))


@shows(Right.SETUP)
def progress(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Show only that, for the page that refreshes itself until nothing more happens."""
    return page(request, "imports/run_part.html", _context(_find(request, pk)))


@does(Right.SETUP)
def match(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take what the columns are, and have every row checked."""
    found = _find(request, pk)
    columns = [request.POST.get(f"column-{place}", "") for place in range(len(found.headings))]
    try:
        import_records.match(request.user.company, pk, columns=columns, choices=_choices(request))
    except (Refusal, InvalidInput) as problem:
        found.columns = columns
        found.choices = {name: request.POST.get(name, "") for name in ("decimals", "dates", "over_limit")}
        return _show(request, found, problem)
    return redirect("office:import-run", pk)


@does(Right.SETUP)
def start(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Have the good rows imported; pressed twice, they are imported once."""
    try:
        import_records.start(request.user.company, pk)
    except Refusal as problem:
        return _show(request, _find(request, pk), problem)
    return redirect("office:import-run", pk)


@does(Right.SETUP)
def undo(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take back all that a run brought, while nothing of it was paid or used."""
    found = _find(request, pk)
    try:
        undone = undo_import.undo(request.user.company, found.key, by=request.user)
    except Refusal as problem:
        return _show(request, found, problem)
    messages.success(request, _("The import is undone."))
    if undone.stayed:
        messages.warning(request, _("What was used meanwhile stays: %(count)s.") % {"count": undone.stayed})
    return redirect("office:import-run", pk)


def show_all(request: StaffRequest, problem: Refusal | None = None) -> HttpResponse:
    """Show the form for a file, why the last one was not taken, and the runs so far."""
    runs = ImportRun.objects.defer("content").filter(company=request.user.company)
    context = {
        "problem": problem,
        "kinds": [(kind, LABELS[kind]) for kind in OFFERED],
        "chosen": request.POST.get("kind", ""),
        "runs": [(one, LABELS[Kind(one.kind)]) for one in runs.order_by("-id")[:_MOST_RUNS]],
        "most": import_records.MOST_BYTES // 1_000_000,
    }
    return page(request, "imports/imports.html", context, status=problem.status if problem else 200)


def _find(request: StaffRequest, pk: UUID) -> ImportRun:
    return find(ImportRun.objects.defer("content").filter(company=request.user.company), pk=pk)


def _choices(request: StaffRequest) -> ReadingChoices:
    decimals, dates = request.POST.get("decimals", ""), request.POST.get("dates", "")
    return ReadingChoices(
        decimals=next((sign for sign in Sign if sign.name.lower() == decimals), None),
        dates=next((order for order in Order if order == dates), None),
        no_card_numbers=bool(request.POST.get("no_card_numbers")),
        over_limit=parsing.words(request.POST.get("over_limit", ""), longest=LONGEST_REASON),
    )


def _show(request: StaffRequest, found: ImportRun, problem: Exception | None = None) -> HttpResponse:
    status = problem.status if isinstance(problem, Refusal) else 422 if problem else 200
    return page(request, "imports/run.html", {**_context(found), "refusal": problem}, status=status)


def _context(found: ImportRun) -> dict[str, object]:
    kind = Kind(found.kind)
    samples = found.samples
    columns = [
        (place, heading, chosen, [row[place] for row in samples if place < len(row) and row[place]])
        for place, (heading, chosen) in enumerate(
            zip(found.headings, [*found.columns, *[""] * len(found.headings)], strict=False)
        )
    ]
    return {
        "run": found,
        "label": LABELS[kind],
        "columns": columns,
        "fields": KINDS[kind].fields if kind in KINDS else [],
        "at_work": found.state in {State.READING, State.CHECKING, State.IMPORTING},
        "refused": list(found.refused_rows.order_by("line", "pk")[:_MOST_REFUSED]),
        "most_refused": _MOST_REFUSED,
        "left_out": found.count("own"),
    }
