"""What a check of the connection to a payment processor found, in people's words, and what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from florin.contracts.connection import Fact, Finding

_OWN = _("The webhook endpoint for this installation's own account")
_CONNECTED = _("The webhook endpoint for the companies' accounts")
_SENTENCES: dict[Fact, str | Promise] = {
    Fact.KEY_MISSING: _(
        "There is no key for the payment processor, so nothing can be paid online. Put its secret key into"
        " %(detail)s."
    ),
    Fact.KEY_PUBLISHABLE: _(
        "%(detail)s holds a publishable key, which only works in browsers. Replace it with the secret key"
        " from the processor's dashboard."
    ),
    Fact.KEY_MALFORMED: _(
        "%(detail)s does not hold a secret key. Copy the whole key from the processor's dashboard."
    ),
    Fact.KEY_UNPROTECTED: _(
        "%(detail)s is not an https address, so a live key would travel unprotected. Use https, or a test"
        " key."
    ),
    Fact.KEY_REFUSED: _(
        "The processor does not accept the key in %(detail)s: it was mistyped, has expired or was replaced."
        " Copy the current secret key from the processor's dashboard."
    ),
    Fact.KEY_LIVE: _("The key works. It is a live key: real money moves."),
    Fact.KEY_TEST: _("The key works. It is a test key: no real money moves."),
    Fact.NO_ANSWER: _(
        "The processor does not answer, so nothing more could be checked. Check this server's network and try"
        " again."
    ),
    Fact.VERSION_SPOKEN: _("The processor speaks the API version that Florin uses (%(detail)s)."),
    Fact.VERSION_REFUSED: _(
        "The processor does not speak the API version that Florin uses (%(detail)s). Upgrade Florin."
    ),
    Fact.PERMISSIONS_THERE: _("The key has every permission that Florin needs."),
    Fact.PERMISSION_MISSING: _(
        "The key lacks the permission %(detail)s. Add it to the key in the processor's dashboard."
    ),
    Fact.URL_PUBLIC: _("Florin's public address is %(detail)s."),
    Fact.URL_LOCAL: _(
        "%(detail)s can only be reached from this network. The processor's notices may not arrive, so"
        " payments can show up late; payers elsewhere cannot open their links. Set FLORIN_URL to the public"
        " address."
    ),
    Fact.URL_INSECURE: _(
        "%(detail)s does not begin with https, and with a live key the processor sends payers to https"
        " addresses only: no payment can be opened. Set FLORIN_URL to the https address."
    ),
    Fact.ACCOUNT_ACTIVE: _("The account can take payments."),
    Fact.ACCOUNT_STOPPED: _(
        "The account cannot take payments at the moment. Sign in to the processor's dashboard to see what it"
        " asks for."
    ),
    Fact.CARDS_ACTIVE: _("Card payments can be offered."),
    Fact.CARDS_STOPPED: _(
        "Card payments cannot be offered: the processor has not switched them on for the account. Its"
        " dashboard shows why."
    ),
    Fact.DEBITS_ACTIVE: _("Bank payments (ACH) can be offered."),
    Fact.DEBITS_STOPPED: _(
        "Bank payments (ACH) cannot be offered: the processor has not switched them on for the account. Its"
        " dashboard shows why."
    ),
    Fact.ENDPOINT_RIGHT: _("%(endpoint)s sends exactly what Florin reads to %(detail)s."),
    Fact.ENDPOINT_MADE: _("%(endpoint)s was created: it sends what Florin reads to %(detail)s."),
    Fact.ENDPOINT_MENDED: _("%(endpoint)s was updated: it sends exactly what Florin reads again."),
    Fact.ENDPOINT_REPLACED: _(
        "%(endpoint)s was created anew, with a signing secret that Florin knows. The old one was deleted."
    ),
    Fact.ENDPOINT_MISSING: _(
        "%(endpoint)s is missing, so payments show up late. Run %(remedy)s on the server."
    ),
    Fact.ENDPOINT_WRONG: _(
        "%(endpoint)s is switched off, sends other events than Florin reads, or has another API version. Run"
        " %(remedy)s on the server."
    ),
    Fact.ENDPOINT_REFUSED: _("The processor did not accept the webhook endpoint: %(detail)s"),
    Fact.SECRET_UNKNOWN: _(
        "%(endpoint)s signs its notices with a secret that Florin does not know, so they are refused. Run"
        " %(remedy)s on the server."
    ),
    Fact.SECRET_MISSING: _(
        "No secret is known to check the processor's notices with, so they are refused and payments show up"
        " late. Run %(remedy)s on the server."
    ),
    Fact.SECRET_SHADOWED: _(
        "%(detail)s in the environment is used in place of the signing secret that was stored. Remove it from"
        " the environment, start Florin again, and run %(remedy)s once more."
    ),
}


def sentence(finding: Finding) -> str:
    """Return what was found and what to do about it, in the language that is active."""
    endpoint = str(_CONNECTED if finding.connected else _OWN)
    details = {"detail": finding.detail, "remedy": finding.remedy, "endpoint": endpoint}
    return str(_SENTENCES[finding.fact]) % details


def summary(*, problems: int) -> str:
    """Say in one sentence what the check comes to."""
    if problems:
        return str(_("Some things must be put right before everything works."))
    return str(_("Everything that Florin needs is in place."))
