"""The picture of what is looked at: one treatment, its course, or all treatments of the patient."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from backend.charts import ResponseCurve, SessionsPicture, response_svg, sessions_svg
from backend.charts.alternative import response_alternative, sessions_alternative
from backend.tracking.models import Outcome, Treatment
from backend.tracking.pictures import Judged, by_date, overlaid, response_curve
from backend.web.clinician.patient.choices import OVERLAID
from backend.web.clinician.patient.look import Look
from backend.web.drawing import drawn


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and everything it shows in words; `plain` is the picture as data."""

    plain: ResponseCurve | SessionsPicture
    in_words: str

    @property
    def svg(self) -> SafeString:
        """Return the picture for a page."""
        return drawn(lambda _plain, width: self.alone(width=width, standalone=False), self.plain)

    def alone(self, *, width: int, standalone: bool = True) -> str:
        """Return the picture by itself, with its stylesheet."""
        if isinstance(self.plain, ResponseCurve):
            return response_svg(self.plain, width=width, standalone=standalone, alternative=self.in_words)
        return sessions_svg(self.plain, width=width, standalone=standalone, alternative=self.in_words)


def drawing(look: Look, treatment: Treatment, outcome: Outcome | None) -> Drawing | None:
    """Draw what was chosen; None where the series was not rated, or the treatment opens no course."""
    chosen = look.chosen
    if chosen.is_of_all:
        picture = overlaid if chosen.sessions == OVERLAID else by_date
        several = picture(look.history, look.log, instrument=chosen.instrument, terms=chosen.terms)
        return Drawing(several, sessions_alternative(several))
    if outcome is None:
        return None
    facts = look.history.facts(treatment, chosen.unit, look.log).facts
    members = {one.pk for one in look.history.members(treatment, chosen.unit)}
    check_ins = [one for one in look.log.check_ins if one.treatment_id in members]
    one = response_curve(treatment, Judged(outcome, facts, check_ins), chosen.terms)
    return Drawing(one, response_alternative(one))
