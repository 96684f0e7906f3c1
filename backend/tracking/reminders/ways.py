"""How a patient is reached, the least intrusive way first."""

from dataclasses import dataclass

from backend.accounts.models import Person
from backend.tracking.models import Channel, CheckIn, Effect, PushSubscription, Step, StepName


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, and of the browsers that may be pushed to, which one."""

    channel: Channel
    subscription: PushSubscription | None = None


def ways(effect: Effect, check_in: CheckIn, person: Person) -> list[Way]:
    """Return the ways to a patient in the order to try them in; each is tried only when the one before refused.

    Of several browsers the one that asked last comes first. A repeat goes round a phone that was pushed to and showed
    nothing. To a demo clinic's made-up addresses nothing is sent.
    """
    patient = check_in.treatment.patient
    browsers = PushSubscription.objects.filter(person=person, ended_at__isnull=True).order_by("-created_at", "-pk")
    pushes = [Way(Channel.PUSH, browser) for browser in browsers]
    others = []
    if patient.wants_sms and patient.phone and not patient.clinic.demo:
        others.append(Way(Channel.SMS))
    if patient.wants_email and not patient.clinic.demo:
        others.append(Way(Channel.EMAIL))
    return others + pushes if _was_not_shown(effect, check_in) else pushes + others


def _was_not_shown(effect: Effect, check_in: CheckIn) -> bool:
    """Tell whether an earlier reminder of the check-in went out as a push and no phone said that it showed it."""
    steps = Step.objects.filter(treatment=check_in.treatment_id, check_in_number=check_in.number)
    pushed = steps.filter(name=StepName.ACCEPTED, channel=Channel.PUSH, reminder_number__lt=effect.number)
    return pushed.exists() and not steps.filter(name__in=[StepName.DELIVERED, StepName.OPENED]).exists()
