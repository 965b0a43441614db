"""The whole map on one screen: settings, addresses, the command."""
