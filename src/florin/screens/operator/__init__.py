"""The operator's console: how the installation is doing; no customer of any company is to be seen here."""
