"""What the layers cannot find for themselves is put together at start, before any request or job."""

from django.apps import AppConfig


class FlorinConfig(AppConfig):
    """Lets the domain ask what a processor can do, though it does not see the gateways."""

    name = "florin.config"

    def ready(self) -> None:
        """Say where capabilities are asked for; see ``contracts.capabilities``."""
        from florin.contracts import capabilities  # noqa: PLC0415 - settings are ready only now
        from florin.edges.gateways import registry  # noqa: PLC0415

        capabilities.ask(registry.capabilities)
