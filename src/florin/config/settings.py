"""Django's settings; everything that differs between installations comes from ``environment``."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from florin.config import environment, senders, sign_in_service
from florin.kernel import tokens

PORT = environment.port("FLORIN_PORT", 8000)
PUBLIC_URL = environment.public_url()
_public = urlsplit(PUBLIC_URL)
_SECURE = _public.scheme == "https"

DEBUG = False
SECRET_KEY = environment.secret("FLORIN_SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.former_secrets("FLORIN_OLD_SECRET_KEYS")
LINK_SECRETS = [tokens.link_secret(key) for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS)]
TRUSTED_PROXIES = environment.number("FLORIN_TRUSTED_PROXIES", 0, least=0, most=10)
ALLOWED_HOSTS = [_public.hostname, *(["localhost", "127.0.0.1"] if not _SECURE else [])]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "florin.config",
    "florin.domain.companies",
    "florin.domain.outbox",
    "florin.domain.activity",
    "florin.domain.notices",
    "florin.domain.refusals",
    "florin.domain.security",
    "florin.domain.staff",
    "florin.domain.operators",
    "florin.domain.import_runs",
    "florin.domain.customers",
    "florin.domain.catalogue",
    "florin.domain.ledger",
    "florin.domain.orders",
    "florin.domain.invoices",
    "florin.domain.credits",
    "florin.domain.links",
    "florin.domain.declines",
    "florin.domain.outages",
    "florin.domain.mailing_runs",
    "florin.domain.attempts",
    "florin.domain.payments",
    "florin.domain.refunds",
    "florin.domain.disputes",
    "florin.domain.payouts",
    "florin.domain.statements",
    "florin.domain.receipts",
]

MIDDLEWARE = [
    "florin.screens.shared.middleware.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "florin.screens.shared.middleware.Permissions",
    "csp.middleware.CSPMiddleware",  # before static files, so that they carry it too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "florin.screens.shared.middleware.Answers",
    "florin.screens.shared.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "florin.screens.shared.middleware.Language",
    "florin.screens.shared.middleware.SignedIn",
    "florin.screens.shared.middleware.FirstRun",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "florin.config.urls"

# Templates and static files lie beside the code that uses them.
_SCREENS = environment.PACKAGE / "screens"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": sorted(str(folder) for folder in _SCREENS.rglob("templates")),
        "OPTIONS": {
            "environment": "florin.screens.shared.templating.environment",
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATA_FOLDER = environment.data_folder()
SET_UP_CODE_FILE = DATA_FOLDER / "set_up_code"  # there until the first company has moved in
SECRET_KEY_FILE = environment.secret_file("FLORIN_SECRET_KEY")
OLD_SECRET_KEYS_FILE = environment.secret_file("FLORIN_OLD_SECRET_KEYS")
BACKUP_FOLDER = environment.backup_folder()
BACKUP_KEY = environment.backup_key()
BACKUP_HOUR = environment.number("FLORIN_BACKUP_HOUR", 7, least=0, most=23)
BACKUP_KEEP = environment.backup_keep()
DATABASE_ADDRESS = environment.database_url()
_database = conninfo_to_dict(DATABASE_ADDRESS)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", None),
        "USER": _database.pop("user", None),
        "PASSWORD": _database.pop("password", None),
        "HOST": _database.pop("host", None),
        "PORT": _database.pop("port", None),
        # What else the address says (sslmode, …) goes to the driver as it stands.
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 24, "timeout": 10},
            # Most statements take PostgreSQL longer to plan than to carry out, so one that comes again is
            # planned once a connection. A pooler in transaction mode need not know prepared statements;
            # before the embedded server there is none.
            "server_side_binding": True,
            "prepare_threshold": None if environment.text("DATABASE_URL") else 3,
            **_database,
        },
        "CONN_HEALTH_CHECKS": True,
        # A pooler in transaction mode may stand between us and the server.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["florin.domain.staff.hashing.OneLane"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "florin.domain.staff.password_words.OwnWordsValidator"},
    {"NAME": "florin.domain.staff.guessable.Guessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "office:home"
ACCOUNT_ADAPTER = "florin.screens.people.adapter.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # see screens/shared/confirming.py
ACCOUNT_RATE_LIMITS = False  # ours slow down and lock nobody out: domain/staff/tries.py

MFA_ADAPTER = "florin.screens.people.second_factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # an office is one address; a passkey cannot be guessed
MFA_FORMS = {
    "authenticate": "florin.screens.people.codes.CodeForm",
    "reauthenticate": "florin.screens.people.codes.CodeAgainForm",
    "authenticate_webauthn": "florin.screens.people.codes.PasskeyForm",
    "reauthenticate_webauthn": "florin.screens.people.codes.PasskeyAgainForm",
    "login_webauthn": "florin.screens.people.codes.PasskeySignInForm",
    "add_webauthn": "florin.screens.people.codes.AddPasskeyForm",
}

SIGN_IN_SERVICE = sign_in_service.read()
SOCIALACCOUNT_ADAPTER = "florin.screens.people.oidc.ServiceAccounts"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": "OpenID Connect",
                "client_id": SIGN_IN_SERVICE.client_id,
                "secret": SIGN_IN_SERVICE.client_secret,
                "settings": {"server_url": SIGN_IN_SERVICE.issuer, "oauth_pkce_enabled": True},
            }
        ]
    }
}

SESSION_ENGINE = "florin.domain.staff.sessions"
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_AGE = 24 * 3600  # the longest that a company may let a session last
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "florin.screens.shared.views.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_HSTS_SECONDS = 31536000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # No form-action: Pay posts to us and is answered with a redirect to the processor's page, which
        # browsers count as a form's target.
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [str(environment.PACKAGE / "locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # the copies of static files too
STATICFILES_DIRS = sorted(str(folder) for folder in _SCREENS.rglob("static"))
STATIC_ROOT = environment.data_folder() / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_MAX_AGE = 31536000
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else needs them

_mail = senders.mail_sender()
MAIL_SENDER = _mail.name
EMAIL_BACKEND = _mail.backend
ANYMAIL = _mail.options
EMAIL_HOST = environment.smtp_host()
EMAIL_PORT = environment.port("FLORIN_SMTP_PORT", 8025)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = environment.smtp_login()
_smtp_security = environment.choice("FLORIN_SMTP_SECURITY", "", ("", "starttls", "tls"))
EMAIL_USE_TLS = _smtp_security == "starttls"
EMAIL_USE_SSL = _smtp_security == "tls"
EMAIL_TIMEOUT = 20
MESSAGE_ID_DOMAIN = _public.hostname
DEFAULT_FROM_EMAIL = environment.mail_from()
SECURITY_CONTACT = environment.security_contact()

GATEWAY = environment.choice("FLORIN_GATEWAY", "stripe", environment.gateways())
STRIPE_API_BASE = environment.address("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_API_KEY = environment.processor_key(base=STRIPE_API_BASE, at=PUBLIC_URL)
STRIPE_CONNECT = environment.connects()
PROCESSOR_SECONDS = environment.number("FLORIN_PROCESSOR_SECONDS", 15, most=120)
STRIPE_DASHBOARD_URL = environment.address("STRIPE_DASHBOARD_URL", "https://dashboard.stripe.com")
STRIPE_WEBHOOK_SECRET = environment.notice_secret()
STRIPE_WEBHOOK_SECRETS_FILE = DATA_FOLDER / "stripe_webhook_secrets"  # used while the one above is empty
FEES = environment.fees()

OPERATOR_EMAIL = environment.operator_email()
METRICS_TOKEN = environment.given_secret("FLORIN_METRICS_TOKEN")

_log_level = environment.choice("FLORIN_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
_log_format = environment.choice("FLORIN_LOG_FORMAT", "text", ("text", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "florin.config.log_lines.OneLine"},
        "json": {"()": "florin.config.log_lines.OneObject"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _log_format}},
    "root": {"handlers": ["console"], "level": _log_level},
    "loggers": {
        # A payer's address holds the link's token, so refused requests are not logged with their path.
        "django.request": {"level": "CRITICAL"},
        "florin.security": {"level": "INFO"},  # whatever else is not wanted
        "httpx": {"level": "WARNING"},  # only the demo uses it, and often
        "procrastinate": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        # Of requests that make no sense there may be any number.
        "uvicorn": {"level": "ERROR"},
    },
}
