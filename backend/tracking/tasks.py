"""Background jobs: each takes a primary key, calls one function and may run twice."""

from celery import shared_task

from backend.tracking import estimation, reminders


@shared_task
def estimate_treatment(treatment_id: int) -> None:
    """Bring the outcomes of one treatment and of its course up to its ratings, and the counts they are in.

    Also the counts of outcomes that were computed on reading, before this job came to it.
    """
    for stratum in estimation.refresh(treatment_id).strata | estimation.uncounted(treatment_id):
        estimation.count(stratum)


@shared_task
def sweep() -> None:
    """Repair whatever lost messages left behind."""
    estimation.sweep()


@shared_task
def send_reminders() -> None:
    """Plan reminders that come near, and send those that are due."""
    reminders.run()
