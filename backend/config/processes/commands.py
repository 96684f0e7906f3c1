"""What each process of Ebb is started with, behind `python`: the same on a bare machine and in a container."""

PREPARE = ["-m", "backend.config.processes.preparation"]
WORKER = [
    *("-m", "celery", "--quiet", "--app", "backend.config", "worker", "--loglevel", "WARNING"),
    *("--pool", "prefork", "--concurrency", "2"),  # threads can stall unseen; a process can be killed and replaced
    *("--without-mingle", "--without-gossip"),  # one worker has no others to wait for
]
BEAT = ["-m", "celery", "--quiet", "--app", "backend.config", "beat", "--loglevel", "WARNING"]
SWEEP = ["manage.py", "sweep", "--every", "60"]
SEED = ["manage.py", "seed_demo", "--patients", "300", "--seed", "1"]

# OpenBLAS starts a thread for every core in every process, which only get into each other's way.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def web(address: str) -> list[str]:
    """Return the web server at an address. Nothing recycles its processes: that would cut connections."""
    return [
        *("-m", "gunicorn", "backend.config.wsgi:application", "--bind", address, "--preload"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"),
    ]
