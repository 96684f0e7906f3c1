"""Every setting of Ebb, read from environment variables alone; `.env.example` names them all."""

from email.utils import parseaddr
from pathlib import Path

from csp.constants import NONE, SELF

from backend.config import env
from backend.config.processes import broker

BASE_DIR = Path(__file__).resolve().parents[2]

env.load_file(BASE_DIR / ".env")

VAR_DIR = env.folder("VAR_DIR", default=BASE_DIR / "var")  # everything Ebb writes while it runs

# What a deployment decides.
SECRET_KEY = env.secret_key("SECRET_KEY", kept_in=VAR_DIR / "secret_key")
EMAIL_HASH_KEY = env.secret_key("EMAIL_HASH_KEY", kept_in=VAR_DIR / "email_hash_key")
ENCRYPTION_KEYS = env.encryption_keys("ENCRYPTION_KEYS", kept_in=VAR_DIR / "encryption_keys")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PORT = env.number("PORT", default=8000)
PUBLIC_URL = env.text("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0)
DATABASES = {"default": env.database("DATABASE_URL", default=VAR_DIR / "ebb.sqlite3")}
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", default="")

# With no broker named, Ebb starts one of its own; where there is no server to start, whoever asks for a job does it.
BROKER_DIR = VAR_DIR / "broker"
BROKER_EMBEDDED = not CELERY_BROKER_URL and broker.server() is not None
CELERY_TASK_ALWAYS_EAGER = not CELERY_BROKER_URL and not BROKER_EMBEDDED
CELERY_BROKER_URL = CELERY_BROKER_URL or broker.url(BROKER_DIR)

if DATABASES["default"]["ENGINE"] == env.SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that reads and then writes takes the write lock first, so two of them wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for that lock
        # docs/decisions/0001: no write-ahead log; a stored rating is on the disk before it is acknowledged.
        # Recursive triggers: REPLACE fires the triggers that refuse to delete.
        "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
    }

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
INSTALLED_APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",  # before our rooms, whose admin takes some of its tables away
    "backend.accounts",
    "backend.tracking",
    "backend.exchange",
    "backend.web",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
]
MIDDLEWARE = [
    "backend.api.conventions.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "backend.web.patient.check_in.link_holder.LinkHolderMiddleware",
    "backend.web.patient.check_in.kiosk_lock.KioskMiddleware",
    "django.middleware.common.CommonMiddleware",  # after it: else it leads on to what lacks a slash
    "backend.accounts.sign_in.middleware.NoStoreMiddleware",
    "backend.web.languages.LanguageMiddleware",
    "backend.accounts.sign_in.middleware.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.web.reader.frame",
            ]
        },
    }
]
STATIC_URL = "static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "backend.web.finders.ChartStylesheet",  # the charts' own, which lies beside the code that draws them
]
STATIC_ROOT = VAR_DIR / "static"  # collected, hashed and compressed before a web server starts
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "backend.config.static.HashedFiles"},
}
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()  # else straight from what ships them
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # no page asks for a file by its plain name
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our pages alone use them
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

# Texts are written in English; locale/ holds the others, compiled before a web server starts.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
TRANSLATIONS = BASE_DIR / "locale"
LOCALE_PATHS = [VAR_DIR / "locale"]

# Limits of sign-in are counted in the database: they hold across processes and need no Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "KEY_FUNCTION": "backend.accounts.sign_in.cache_keys.hashed",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Who people are, and how they sign in.
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["backend.accounts.sign_in.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

# Only on this machine itself may a browser send cookies unencrypted.
ENCRYPTED_IN_TRANSIT = not set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}
SESSION_ENGINE = "backend.accounts.sign_in.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60  # seconds a patient stays signed in; staff: accounts.sign_in.adapters
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENCRYPTED_IN_TRANSIT
LANGUAGE_COOKIE_NAME = "ebb_language"  # for who has not signed in; kept as long as a browser keeps it
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
if ENCRYPTED_IN_TRANSIT:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"  # no other host can set these
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # whether browsers ship with this host is for its owner to ask
if TRUSTED_PROXIES:
    SECURE_SSL_REDIRECT = ENCRYPTED_IN_TRANSIT
    SECURE_REDIRECT_EXEMPT = ["^(livez|readyz|healthz)$"]  # asked from inside
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_PORT = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # encrypted there, readable in a cookie

ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "backend.accounts.sign_in.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; allauth derives its other forms from these
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_EMAIL_VERIFICATION = "none"  # the clinic gave the address, and a code sent there is what signs in
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changed passwords and factors
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # a lock screen shows the subject: it names no clinic
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}  # a phone shows its number pad
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "backend.accounts.sign_in.forms.PasswordForm",
    "request_login_code": "backend.accounts.sign_in.forms.AskForCodeForm",
    "confirm_login_code": "backend.accounts.sign_in.forms.CodeForm",
    "reset_password": "backend.accounts.sign_in.forms.AskForPasswordForm",
}
# A waiting room shares one address: limits per address are wide, those per account narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "request_login_code": "100/m/ip,3/m/key,30/h/key",
    "reset_password": "100/m/ip,5/m/key",
    "reset_password_from_key": "100/m/ip",
    "join": "100/m/ip",  # looks at an invitation
    "join_address": "10/h/key",  # addresses that one invitation may have codes sent to
}
MFA_FORMS = {"add_webauthn": "backend.accounts.sign_in.forms.AddPasskeyForm"}
MFA_ADAPTER = "backend.accounts.sign_in.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # by PIN or finger: a passkey is two factors in one
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENCRYPTED_IN_TRANSIT
MFA_TOTP_ISSUER = "Ebb"
MFA_TOTP_TOLERANCE = 1  # a code typed as it changes counts
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}

# What a browser may do with our pages. Nothing comes from elsewhere, nothing stands inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

globals().update(env.mail("EMAIL_URL", default="consolemail://"))  # EMAIL_BACKEND, EMAIL_HOST and their like
EMAIL_TIMEOUT = 5  # seconds a mail server may hold a request
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="Ebb <ebb@localhost>")

# Reminders beside mail.
VAPID_PRIVATE_KEY = env.vapid_key("VAPID_PRIVATE_KEY", kept_in=VAR_DIR / "vapid_key")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
PUSH_HOSTS = env.names(
    "PUSH_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.services.mozilla.com",
        "*.notify.windows.com",
        "web.push.apple.com",
    ],
)
PUSH_STUB_PORT = 0  # of a push service that tests run on this machine
SMS_BACKEND = env.text("SMS_BACKEND", default="backend.tracking.reminders.channels.sms.print_text")
SMS_URL = env.text("SMS_URL", default="")
SMS_ACCOUNT = env.text("SMS_ACCOUNT", default="")
SMS_TOKEN = env.text("SMS_TOKEN", default="")
SMS_FROM = env.text("SMS_FROM", default="")

# A view that says nothing about access is closed; docs/api.md says what holds on every route.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.api.conventions.authentication.BearerAuthentication",  # the first one says what a 401 asks for
        "backend.api.conventions.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "backend.api.conventions.authentication.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.conventions.parsing.StrictJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "backend.api.conventions.pagination.Pages",
    "DEFAULT_METADATA_CLASS": None,  # what a route takes stands in the documentation
    "EXCEPTION_HANDLER": "backend.api.conventions.problems.answer",
    "URL_FORMAT_OVERRIDE": None,  # the only format is JSON
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"weasyprint.progress": {"level": "WARNING"}},  # a line for every page of every report otherwise
}

# The broker is a doorbell, never a record: callers do not wait for it, and its loss loses no work.
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True  # what a task concludes is a row in the database
CELERY_TASK_PUBLISH_RETRY = False  # who enqueues goes on at once; a sweep repairs what was not sent
CELERY_TASK_ACKS_LATE = True  # a task is done when it has run, not when it was fetched
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # the task of a killed worker process goes back to the queue
CELERY_TASK_SOFT_TIME_LIMIT = 90  # seconds until a task is told to stop ...
CELERY_TASK_TIME_LIMIT = 120  # ... and until its process is ended
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a waiting task stays where a free worker can take it
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB; a process that grew with large tables is replaced
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = (
    True  # such a task is delivered again: it must not run twice at once
)
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20  # seconds to finish running tasks before they are put back
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True  # a worker may start before its broker
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits out any outage; the default gives up after 100 attempts
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,  # seconds an unreachable broker may hold a request
    "socket_timeout": 0.8,  # seconds a broker that accepts but stays silent may hold it; workers are more patient
    "socket_keepalive": True,  # a dead peer is noticed on an idle connection
    "health_check_interval": 15,  # seconds between pings of an idle connection
    "visibility_timeout": 300,  # seconds until an unfinished task is delivered again; longer than any task may take
    "unacked_restore_interval": 5,  # seconds between searches for such tasks ...
    "unacked_restore_throttle": 1,  # ... every one of which is carried out
    "max_retries": 0,  # opening a connection to publish is tried once
}
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # keeps no file: what is due every minute needs no memory of the last
CELERY_BEAT_SCHEDULE = {
    # Whoever watches a worker looks at what this leaves: a process that is up may still be deaf.
    "heartbeat": {"task": "heartbeat", "schedule": 30.0, "options": {"expires": 30}},
    # Beside `manage.py sweep`, which does the same without a broker: either one may be down.
    "sweep": {"task": "backend.tracking.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "reminders": {"task": "backend.tracking.tasks.send_reminders", "schedule": 60.0, "options": {"expires": 60}},
}
HEARTBEAT_FILE = VAR_DIR / "heartbeat"
