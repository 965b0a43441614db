"""Ask the web server of this container whether it is ready, as the host that it answers to."""

import os
import sys
import urllib.request
from urllib.parse import urlsplit

port = os.environ.get("FLORIN_PORT", "") or "8000"
host = urlsplit(os.environ.get("FLORIN_URL", "") or f"http://127.0.0.1:{port}").netloc
request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
try:
    with urllib.request.urlopen(request, timeout=4):  # noqa: S310 - our own address
        pass
except OSError as problem:  # an answer of 503 too
    sys.exit(f"not ready: {problem}")
