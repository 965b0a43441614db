"""What domain and edges say to each other: plain frozen values, for any processor and any mail server."""
