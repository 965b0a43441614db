"""Florin's own settings, in a fresh folder and beside a test processor on free ports."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from testing.processes import free_port

SANDBOX_PORT = str(free_port())
MAILBOX_PORT = str(free_port())
WEB_PORT = str(free_port())
CONTROL_TOKEN = "the-tests-control-the-bank"
NOTICE_SECRET = "whsec_notices-of-the-tests-are-signed"

_FOLDER = tempfile.mkdtemp(prefix="florin-test-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ.pop("DATABASE_URL", None)
# Playwright keeps a loop running in the tests' thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.update(
    FLORIN_DATA=_FOLDER,
    FLORIN_PORT=WEB_PORT,
    FLORIN_URL=f"http://127.0.0.1:{WEB_PORT}",
    FLORIN_SMTP_PORT=MAILBOX_PORT,
    FLORIN_LOG_LEVEL="ERROR",
    FLORIN_PROCESSOR_SECONDS="2",
    STRIPE_API_KEY="sk_test_of_the_tests",
    STRIPE_API_BASE=f"http://127.0.0.1:{SANDBOX_PORT}",
    STRIPE_DASHBOARD_URL=f"http://127.0.0.1:{SANDBOX_PORT}/dashboard",
    STRIPE_WEBHOOK_SECRET=NOTICE_SECRET,
)
Path(os.environ["FLORIN_DATA"], "static").mkdir()
SERVER_FOLDER = (
    Path(tempfile.gettempdir()) / f"florin-tests-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
)

from florin.config import settings  # noqa: E402
from florin.config.settings import *  # noqa: E402, F403

# Passwords in tests need not be slow to guess.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The tests serve pages without collecting static files first.
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A method that no template calls fails the test.
TEMPLATES = [
    {**engine, "OPTIONS": {**engine["OPTIONS"], "environment": "testing.templates.environment"}}  # type: ignore[dict-item]
    for engine in settings.TEMPLATES
]
