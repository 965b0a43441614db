"""Signing in by the company's sign-in service: OpenID Connect's code flow, by django-allauth.

Of the library's pages only the way there and back is mounted: nobody signs up, connects or disconnects.
"""

import time
from typing import Any, NoReturn, cast

import jwt
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from florin.domain.staff.models import User
from florin.flows import enter_by_service
from florin.flows.enter_by_service import Vouched
from florin.kernel.errors import Forbidden
from florin.screens.people import confirm

PROVIDER = "oidc"
# Signed by a key that only the service has; never the secret that both have, nor nothing.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_KNOWN_FOR_SECONDS = 600
_LEEWAY_SECONDS = 60
_TOLD = ("email", "email_verified", "name", "groups", "auth_time")
# What an answer may lack or hold that follows no specification; the library's network errors are OSErrors.
_NONSENSE = (KeyError, TypeError, ValueError, AttributeError, OSError, jwt.PyJWTError)
_documents: dict[str, tuple[float, dict[str, Any]]] = {}


class ServiceAdapter(OpenIDConnectOAuth2Adapter):
    """How Florin talks to the service: every token's signature, issuer, audience and age are checked."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the discovery document; asked for every ten minutes at most, so that strangers cost nothing.

        Raises:
            OAuth2Error: if it cannot be had, or is another issuer's (OpenID Connect Discovery, 4.3).
        """
        url = _own_provider(self).server_url
        until, document = _documents.get(url, (0.0, {}))
        if time.monotonic() > until:
            try:
                document = _fetch(url)
                ours = settings.SIGN_IN_SERVICE.issuer.rstrip("/")
                if document["issuer"].rstrip("/") != ours:
                    raise OAuth2Error("The discovery document is another issuer's.")
            except _NONSENSE as problem:
                raise OAuth2Error("There is no discovery document.") from problem
            _documents[url] = (time.monotonic() + _KNOWN_FOR_SECONDS, document)
        return document

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:  # noqa: ARG002 - the library's signature
        """Return where the service sends people back to: our public address, never what a browser says."""
        return f"{settings.PUBLIC_URL}{reverse('oidc-callback')}"

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **named: Any) -> SocialLogin:
        """Read who it is from the signed token, and what that leaves out from the service's answer.

        Raises:
            OAuth2Error: if there is no such token, or anything in it is wrong.
        """
        try:
            claims = self._verify(named["response"]["id_token"], audience=app.client_id)
            if "email" not in claims or "groups" not in claims:
                claims = self._complete(claims, token.token)
        except _NONSENSE as problem:
            raise OAuth2Error("The service's answer cannot be believed.") from problem
        login = cast(
            "SocialLogin", _own_provider(self).sociallogin_from_response(request, {"id_token": claims})
        )
        login.account.extra_data = {name: claims[name] for name in _TOLD if name in claims}
        return login

    def _verify(self, token: str, *, audience: str) -> dict[str, Any]:
        kid = jwt.get_unverified_header(token).get("kid")
        keys = jwt.PyJWKSet.from_dict(_fetch(self.openid_config["jwks_uri"])).keys
        key = next(key for key in keys if key.key_id == kid or len(keys) == 1)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=_ALGORITHMS,
            audience=audience,
            issuer=self.openid_config["issuer"],
            leeway=_LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
        if claims.get("azp", audience) != audience:
            raise OAuth2Error("The token is for somebody else.")
        return claims

    def _complete(self, claims: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Add what the service tells at its other address, of the same subject only (Core, 5.3.2)."""
        if "userinfo_endpoint" not in self.openid_config:
            return claims
        more = self._fetch_user_info(access_token)
        if more["sub"] != claims["sub"]:
            raise OAuth2Error("The service speaks of somebody else.")
        return {**more, **claims}


class ServiceAccounts(DefaultSocialAccountAdapter):
    """Who somebody is here whom the service vouches for."""

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Find nobody: ``pre_social_login`` does, by stricter rules."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - as above
        """Let nobody sign up."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find or add the person, and give them the roles of their groups; refuse others with a page."""
        vouched, groups = _vouched(sociallogin), settings.SIGN_IN_SERVICE.groups
        if sociallogin.state.get("process") == AuthProcess.REDIRECT:
            _confirm(request, sociallogin)
            return
        try:
            if not sociallogin.is_existing:
                person = enter_by_service.find_or_add(vouched, groups)
                sociallogin.user = sociallogin.account.user = person
                sociallogin.account.save()
            enter_by_service.follow_groups(
                User.objects.select_related("company").get(pk=cast("User", sociallogin.user).pk),
                vouched,
                groups,
            )
        except Forbidden as problem:
            _refuse(request, str(problem), status=403)

    def on_authentication_error(self, request: HttpRequest, *_arguments: Any, **_named: Any) -> NoReturn:
        """Say calmly that it did not work, and how to go on."""
        _refuse(request, "", status=400)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the service; whoever is signed in only to show once more who they are."""
    again = request.user.is_authenticated
    to = request.POST.get("next", "")
    to = to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else ""
    if again:
        to = f"{reverse('sign-in-again-done')}?{urlencode({'next': to})}"
    try:
        answer: HttpResponse = _provider(request).redirect(
            request,
            process=AuthProcess.REDIRECT if again else AuthProcess.LOGIN,
            next_url=to or None,
            auth_params={"prompt": "login", "max_age": "0"} if again else {},
        )
    except OAuth2Error:
        return _sorry(request, "", status=503)
    return answer


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Let somebody in, or not, who comes back from the service."""
    _provider(request)
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(ServiceAdapter(request, PROVIDER))(request)
    except OAuth2Error:
        return _sorry(request, "", status=400)
    return answer


@never_cache
@require_http_methods(["GET", "HEAD"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask whoever has no password to go to the service once more, before what matters."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return render(request, "people/sign_in_again.html", {"next": request.GET.get("next", "")})


@never_cache
@require_safe
def again_done(request: HttpRequest) -> HttpResponse:
    """Go on with what waited; if the service has not proved anything, it is only asked for again."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return confirm.resume(request, request.GET.get("next", ""))


def _own_provider(adapter: OpenIDConnectOAuth2Adapter) -> Any:
    return cast("Any", adapter).get_provider()  # the library's method has no types


def _provider(request: HttpRequest) -> Any:
    """Return the service.

    Raises:
        Http404: if the settings name none.
    """
    if not settings.SIGN_IN_SERVICE.issuer:
        raise Http404
    provider = get_adapter().get_provider(request, PROVIDER)
    provider.oauth2_adapter_class = ServiceAdapter
    return provider


def _fetch(url: str) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        answer = session.get(url)
        answer.raise_for_status()
        found = answer.json()
    return cast("dict[str, Any]", found)


def _vouched(login: SocialLogin) -> Vouched:
    claims = login.account.extra_data
    groups = claims.get("groups", [])
    address = claims.get("email") if claims.get("email_verified") is True else ""
    return Vouched(
        email=str(address or "").strip().lower(),
        name=str(claims.get("name") or ""),
        groups=frozenset(map(str, groups if isinstance(groups, list) else [groups])),
    )


def _confirm(request: HttpRequest, login: SocialLogin) -> None:
    """Note that somebody has just signed in at the service again, if it says so of the same person."""
    same = SocialAccount.objects.filter(
        user=request.user.pk, provider=PROVIDER, uid=login.account.uid
    ).exists()
    at = login.account.extra_data.get("auth_time", 0)
    if same and isinstance(at, int) and at > time.time() - _KNOWN_FOR_SECONDS:
        record_authentication(request, cast("User", request.user), "socialaccount", reauthenticated=True)


def _refuse(request: HttpRequest, sentence: str, *, status: int) -> NoReturn:
    raise ImmediateHttpResponse(_sorry(request, sentence, status=status))


def _sorry(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    return render(request, "people/no_sign_in.html", {"sentence": sentence}, status=status)
