"""What demo patients were given before they came: the same for the same code, whatever else is drawn."""

from backend.accounts.models import Patient, Person
from backend.tracking.demo.stories import Story
from backend.tracking.models import Adequate, StoppedBecause, TreatmentClass
from backend.tracking.services.enrolling.patients import change_patient
from backend.tracking.services.enrolling.previous_treatments import Previous, record_previous

_WITHOUT_EFFECT = Previous(TreatmentClass.SSRI, Adequate.YES, StoppedBecause.NO_EFFECT, "sertraline")
_LOST = Previous(TreatmentClass.SNRI, Adequate.YES, StoppedBecause.LOST_EFFECT, "venlafaxine")
_NOT_BORNE = Previous(TreatmentClass.SSRI, Adequate.NO, StoppedBecause.SIDE_EFFECTS, "escitalopram")
_GOING_ON = Previous(TreatmentClass.PSYCHOTHERAPY, Adequate.YES, StoppedBecause.STILL_TAKEN)
_CALMING = Previous(TreatmentClass.BENZODIAZEPINE, Adequate.UNKNOWN, StoppedBecause.UNKNOWN)

# By the last digit of a code: three patients in ten had two adequate trials that failed.
HISTORIES: tuple[tuple[Previous, ...], ...] = (
    (_WITHOUT_EFFECT,),
    (_WITHOUT_EFFECT, _LOST, _GOING_ON),
    (_NOT_BORNE,),
    (_WITHOUT_EFFECT, _GOING_ON),
    (_WITHOUT_EFFECT, _LOST),
    (),
    (_GOING_ON,),
    (_LOST, _CALMING),
    (_WITHOUT_EFFECT, _LOST, _NOT_BORNE),
    (),
)


def tell_history(story: Story, *, patient: Patient, by: Person) -> None:
    """Store what a patient is treated for and what was tried before."""
    if story.doses:
        fields = {"indication": story.doses[0].details["indication"]}
        change_patient(actor=by, patient=patient, fields=fields)
    record_previous(actor=by, patient=patient, given=HISTORIES[int(story.code[-1])])
