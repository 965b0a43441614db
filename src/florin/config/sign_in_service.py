"""The sign-in service of a company (OpenID Connect), as four settings name it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from florin.config.environment import Misconfigured, address, text
from florin.contracts.sign_in_groups import GroupRoles
from florin.domain.staff.rights import Role

_AT_HOME = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInService:
    """Who vouches for people; none if ``issuer`` is empty. ``groups`` give roles at a company, by name."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    groups: dict[str, GroupRoles] = field(default_factory=dict)


def read() -> SignInService:
    """Return the service that the settings name.

    Raises:
        Misconfigured: if one of the settings is missing or cannot be meant.
    """
    given = {
        "FLORIN_OIDC_ISSUER": text("FLORIN_OIDC_ISSUER"),
        "FLORIN_OIDC_CLIENT_ID": text("FLORIN_OIDC_CLIENT_ID"),
        "FLORIN_OIDC_CLIENT_SECRET": text("FLORIN_OIDC_CLIENT_SECRET"),
    }
    groups = text("FLORIN_OIDC_GROUPS")
    if not any(given.values()) and not groups:
        return SignInService()
    for name, value in given.items():
        if not value:
            raise Misconfigured(
                "FLORIN_OIDC_GROUPS, FLORIN_OIDC_ISSUER, FLORIN_OIDC_CLIENT_ID and FLORIN_OIDC_CLIENT_SECRET"
                f" must stand together, only the first may be left out; {name} is missing."
            )
    issuer = address("FLORIN_OIDC_ISSUER", "")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in _AT_HOME:
        raise Misconfigured("FLORIN_OIDC_ISSUER must begin with https: what it says decides who gets in.")
    return SignInService(
        issuer=given["FLORIN_OIDC_ISSUER"],
        client_id=given["FLORIN_OIDC_CLIENT_ID"],
        client_secret=given["FLORIN_OIDC_CLIENT_SECRET"],
        groups=_read_groups(groups),
    )


def _read_groups(written: str) -> dict[str, GroupRoles]:
    """Read ``Group=company:role,role; Other group=company:role``."""
    found: dict[str, GroupRoles] = {}
    for one in filter(None, map(str.strip, written.split(";"))):
        name, _equals, given = map(str.strip, one.rpartition("="))
        company, _colon, roles = map(str.strip, given.partition(":"))
        chosen = [role.strip() for role in roles.split(",")]
        if not (name and company and set(chosen) <= set(Role)) or name in found:
            raise Misconfigured(
                "FLORIN_OIDC_GROUPS must look like Sales team=meadow:sales,reports; Owners=meadow:admin, each"
                f" group once, with roles of {', '.join(Role)}, not {one!r}."
            )
        found[name] = GroupRoles(company=company, roles=tuple(chosen))
    return found
