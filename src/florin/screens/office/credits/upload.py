"""A/R > Credits > Upload: a file, its preview row by row, and one press that writes what is right."""

import secrets
from base64 import b64decode, b64encode
from contextlib import AbstractContextManager, nullcontext

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from florin.domain.credits import queries
from florin.domain.credits.lifecycle import CreditState
from florin.domain.staff.rights import Right
from florin.flows import undo_import, upload_credits
from florin.flows.upload_credits import ReadingChoices, Table
from florin.kernel import cards
from florin.kernel.errors import NotFound, Refusal
from florin.kernel.notation import Order, Sign
from florin.screens.office.credits import upload_rows
from florin.screens.office.shared.access import StaffRequest, asks, does, page, shows
from florin.screens.shared import downloads

_ANSWERS = ("decimals", "dates", "no_cards")


@asks(Right.CREATE_CREDIT)
def upload(request: StaffRequest) -> HttpResponse:
    """Ask for a file, and show what is in it; nothing is saved."""
    if request.method != "POST":
        return _form(request)
    try:
        data = _sent(request)
        table = upload_credits.read(data, _read_choices(request))
    except Refusal as problem:
        return _form(request, problem)
    if table.questions:
        return _ask(request, table, data)
    sure = bool(request.POST.get("no_cards"))
    with _word(sure=sure):
        checked = upload_rows.check_rows(request.user.company, table)
    good = [row for row in checked if row.draft is not None]
    context = {
        "rows": sorted(checked, key=lambda row: row.draft is not None),
        "good": len(good),
        "wrong": len(checked) - len(good),
        "warned": sum(bool(row.warning) for row in good),
        "unused": table.unused,
        "table": table,
        "packed": upload_rows.pack(checked, sure=sure, submission=secrets.token_hex(16), by=request.user),
    }
    return page(request, "credits/preview.html", context)


@does(Right.CREATE_CREDIT)
def confirm(request: StaffRequest) -> HttpResponse:
    """Write the rows of the preview, as drafts or submitted; pressed twice, they are written once."""
    state = CreditState.SUBMITTED if request.POST.get("then") == "submit" else CreditState.DRAFT
    try:
        submission, drafts, sure = upload_rows.unpack(request.POST.get("packed", ""), by=request.user)
        with _word(sure=sure):
            count = upload_credits.create(
                request.user.company, drafts, state=state, submission=submission, by=request.user
            )
    except Refusal as problem:
        return _form(request, problem)
    text = ngettext("%(count)s credit is written.", "%(count)s credits are written.", count)
    messages.success(request, text % {"count": count})
    return redirect("office:credits")


@does(Right.CREATE_CREDIT)
def undo(request: StaffRequest) -> HttpResponse:
    """Void all credits of an upload, while none of them is used."""
    company, run = request.user.company, request.POST.get("run", "").strip()
    try:
        if run not in {upload.run for upload in queries.uploads(company, longest=upload_credits.MOST_ROWS)}:
            raise NotFound(_("There is no such run, or nothing of it is left."))  # an import is no upload
        undone = undo_import.undo(company, run, by=request.user)
    except Refusal as problem:
        return _form(request, problem)
    text = ngettext("%(count)s credit is void.", "%(count)s credits are void.", undone.credits)
    messages.success(request, text % {"count": undone.credits})
    return redirect("office:credits-upload")


@shows(Right.CREATE_CREDIT)
def template(_request: StaffRequest) -> FileResponse:
    """Give a workbook with the headings in the reader's language, which every spreadsheet opens alike."""
    return downloads.workbook(upload_credits.template(), name="credits")


def _word(*, sure: bool) -> AbstractContextManager[None]:
    """Take the person's word that no long number of the file is a card's, if they give it."""
    return cards.all_vouched_for() if sure else nullcontext()


def _sent(request: StaffRequest) -> bytes:
    """Return the file that was sent now, or the one that came back with the answer to a question about it."""
    file = request.FILES.get("file")
    if file is not None and hasattr(file, "read"):
        data: bytes = file.read(upload_credits.MOST_BYTES + 1)
        return data
    try:
        kept = b64decode(request.POST.get("kept", ""), validate=True)
    except ValueError:
        kept = b""
    if not kept:
        raise Refusal(_("Choose a file first."))
    return kept


def _read_choices(request: StaffRequest) -> ReadingChoices:
    decimals, dates = request.POST.get("decimals", ""), request.POST.get("dates", "")
    return ReadingChoices(
        decimals=next((sign for sign in Sign if sign.name.lower() == decimals), None),
        dates=next((order for order in Order if order == dates), None),
    )


def _ask(request: StaffRequest, table: Table, data: bytes) -> HttpResponse:
    """Ask how a column is meant; the file waits in the form, and so do the answers given already."""
    context = {
        "questions": table.questions,
        "kept": b64encode(data).decode(),
        "answers": {name: request.POST[name] for name in _ANSWERS if request.POST.get(name)},
    }
    return page(request, "credits/ask.html", context)


def _form(request: StaffRequest, problem: Refusal | None = None) -> HttpResponse:
    context = {
        "problem": problem,
        "most": upload_credits.MOST_ROWS,
        "columns": upload_credits.headings(),
        "uploads": queries.uploads(request.user.company, longest=upload_credits.MOST_ROWS),
    }
    return page(request, "credits/upload.html", context, status=problem.status if problem else 200)
