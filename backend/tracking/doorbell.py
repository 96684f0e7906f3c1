"""Ring for a background job after commit, without ever failing or delaying the request that wrote the facts."""

import logging
import time
from threading import Lock

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

QUIET_SECONDS = 10.0  # after an unanswered ring nobody waits for the broker again so soon; the sweep does the work
SLOW_SECONDS = 1.0  # nor after one that was answered this late: a change may ring for each treatment of a patient

logger = logging.getLogger(__name__)


class Circuit:
    """Remembers that the broker did not answer, so that only one request in a while waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._quiet_until = 0.0

    def closed(self) -> bool:
        """Tell whether it is worth ringing now."""
        with self._lock:
            return time.monotonic() >= self._quiet_until

    def open(self) -> None:
        """Ring nobody for a while."""
        with self._lock:
            self._quiet_until = time.monotonic() + QUIET_SECONDS


circuit = Circuit()


def after_commit(task: Task[[int], None], primary_key: int) -> None:
    """Ask for a task once the transaction is durable; a broker that does not answer costs a warning, no more."""

    def ring() -> None:
        if not circuit.closed():
            return
        begun = time.monotonic()
        try:
            task.apply_async((primary_key,), retry=False)
        except (OperationalError, RedisError, OSError):
            circuit.open()
            logger.warning("the broker did not answer; %s(%s) waits for the sweep", task.name, primary_key)
            return
        took = time.monotonic() - begun
        if took > SLOW_SECONDS and not task.app.conf.task_always_eager:  # an eager job is done, not rung for
            circuit.open()
            logger.warning("the broker took %.1f s to answer; other jobs wait for the sweep for a while", took)

    transaction.on_commit(ring)
