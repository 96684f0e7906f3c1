"""The list of who works at a clinic and who did, without telling whose address it is before somebody has come."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from backend.accounts.models import RECORDING_ROLES, AlertPlan, AuditEntry, Clinic, Membership, Person, Role
from backend.accounts.sign_in.second_factor import FACTORS
from backend.web.moments import day

ROLES: dict[str, str | Promise] = {
    Role.CLINICIAN: pgettext_lazy("role", "clinician: treats and records"),
    Role.RESEARCHER: pgettext_lazy("role", "researcher: reads, records nothing"),
    Role.OWNER: pgettext_lazy("role", "owner: treats, records and changes the clinic"),
}
TITLES: dict[str, str | Promise] = {
    Role.CLINICIAN: pgettext_lazy("role", "clinician"),
    Role.RESEARCHER: pgettext_lazy("role", "researcher"),
    Role.OWNER: pgettext_lazy("role", "owner"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the list; `until` is empty while they work there."""

    pk: int
    name: str
    email: str
    role: str | Promise
    since: str
    until: str
    has_come: bool
    has_factor: bool


def work_at(clinic: Clinic) -> QuerySet[Membership]:
    """Return every membership of a clinic with what `called` and the list need."""
    factor = Authenticator.objects.filter(user=OuterRef("person"), type__in=FACTORS)
    acts = AuditEntry.objects.filter(actor=OuterRef("person"), clinic=clinic, at__gte=OuterRef("started_at"))
    rows = Membership.objects.filter(clinic=clinic).select_related("person", "clinic")
    return rows.annotate(has_factor=Exists(factor), has_acted=Exists(acts))


def members(clinic: Clinic, *, with_addresses: bool) -> list[Member]:
    """Return who works at a clinic and who did, the latest first; without addresses some have no name either."""
    return [
        Member(
            pk=one.pk,
            name=called(one) if with_addresses or _has_come(one) else "",
            email=one.person.email if with_addresses else "",
            role=TITLES[one.role],
            since=day(one.started_at, clinic.time_zone),
            until=day(one.ended_at, clinic.time_zone) if one.ended_at else "",
            has_come=_has_come(one),
            has_factor=bool(getattr(one, "has_factor", False)),
        )
        for one in work_at(clinic).order_by("-started_at", "-pk")
    ]


def called(work: Membership) -> str:
    """Return somebody's name, or their address before they came: an invitation must not tell whose address it is."""
    person = work.person
    return str(person.name if person.name and _has_come(work) else person.email)


def who_may_be_named(clinic: Clinic) -> list[tuple[Person, str]]:
    """Return who can answer alerts or item 9 because they treat there, and what they are called, by that."""
    works = work_at(clinic).filter(ended_at=None, role__in=RECORDING_ROLES)
    return sorted(((one.person, called(one)) for one in works), key=lambda named: named[1].casefold())


def duties(work: Membership) -> list[str]:
    """Return what is switched off when somebody no longer treats at a clinic."""
    found = []
    if work.clinic.item9_owner_id == work.person_id:
        found.append(_("They read PHQ-9 item 9. Without them PHQ-8 is asked again, which has no such question."))
    plan = AlertPlan.objects.filter(clinic=work.clinic_id).first()
    if plan and plan.owner_id == work.person_id:
        found.append(_("They are told of severe scores. Without them alerts are off until somebody else is named."))
    if plan and plan.second_id == work.person_id:
        found.append(_("They are told when an alert was not acknowledged. Without them there is no second person."))
    return found


def _has_come(work: Membership) -> bool:
    """Tell whether somebody did anything at the clinic, or works there and has signed in since they began to."""
    if getattr(work, "has_acted", False):
        return True
    last = work.person.last_login
    return work.ended_at is None and last is not None and last >= work.started_at
