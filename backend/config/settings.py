"""Every setting of Ebb, read from environment variables alone; `.env.example` names them all."""

from pathlib import Path

from backend.config import env

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = BASE_DIR / "var"  # everything Ebb writes while it runs

env.load_file(BASE_DIR / ".env")

# What a deployment decides.
SECRET_KEY = env.secret_key("SECRET_KEY", kept_in=VAR_DIR / "secret_key")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PORT = env.number("PORT", default=8000)
DATABASES = {"default": env.database("DATABASE_URL", default=VAR_DIR / "ebb.sqlite3")}
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", default="redis://127.0.0.1:6379/0")

if DATABASES["default"]["ENGINE"] == env.SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # A transaction that reads and then writes takes the write lock first, so two of them wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds to wait for that lock
        # docs/decisions/0001: no write-ahead log; a stored rating is on the disk before it is acknowledged.
        "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;",
    }

ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
INSTALLED_APPS = ["rest_framework"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

# A view that says nothing about access is closed. Without accounts there is no anonymous user to make either.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
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
    "socket_timeout": 1,  # seconds a broker that accepts but stays silent may hold it
    "socket_keepalive": True,  # a dead peer is noticed on an idle connection
    "health_check_interval": 15,  # seconds between pings of an idle connection
    "visibility_timeout": 300,  # seconds until an unfinished task is delivered again; longer than any task may take
    "unacked_restore_interval": 5,  # seconds between searches for such tasks ...
    "unacked_restore_throttle": 1,  # ... every one of which is carried out
    "max_retries": 0,  # opening a connection to publish is tried once
}
