"""``python -m siege.watch URL``: ask the two pages again and again, in a process that the attack cannot slow.

The cookie comes by the standard input. Each answer is a line of JSON: when, which, seconds, status.
"""

import http.client
import json
import sys
import time
from urllib.parse import urlsplit

EVERY_SECONDS = 0.2
PATIENCE_SECONDS = 20
PAGES = {"healthz": "/healthz", "office": "/office/orders/"}


def main() -> None:
    """Watch until the standard output is closed."""
    address, cookie = urlsplit(sys.argv[1]).netloc, sys.stdin.readline().strip()
    while True:
        for name, path in PAGES.items():
            when, begun = time.time(), time.monotonic()
            status = _ask(address, path, cookie)
            line = {"when": when, "page": name, "seconds": time.monotonic() - begun, "status": status}
            sys.stdout.write(f"{json.dumps(line)}\n")
            sys.stdout.flush()
        time.sleep(EVERY_SECONDS)


def _ask(address: str, path: str, cookie: str) -> int:
    """Return the status of an answer that came whole, or 0; each time on a new connection."""
    web = http.client.HTTPConnection(address, timeout=PATIENCE_SECONDS)
    try:
        web.request("GET", path, headers={"Cookie": cookie})
        answer = web.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        web.close()
    return answer.status


if __name__ == "__main__":
    main()
