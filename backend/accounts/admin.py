"""Django's own admin for superusers: people, clinics and memberships through services, everything else to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from backend.accounts.models import AuditEntry, Clinic, Consent, Membership, Patient, Person
from backend.accounts.refusals import Refused
from backend.accounts.services import clinics, people, staff
from backend.accounts.services.clinic_rules import refuse_settings, refuse_without_owner

admin.site.site_header = admin.site.site_title = "Ebb administration"
admin.site.unregister(EmailAddress)  # allauth's table stays empty: it would hold addresses readable
admin.site.unregister(Authenticator)  # it holds the secrets of second factors

CREATED_WITH = ("name", "time_zone", "country", "default_protocol", "demo")  # the rest of a clinic is changed later


class KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # Django's class takes none while it runs
    """Rows that nobody deletes."""

    def has_delete_permission(self, _request: HttpRequest, _obj: models.Model | None = None) -> bool:
        """Return False."""
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows to look at: facts, and what is changed elsewhere."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: models.Model | None = None) -> bool:
        """Return False."""
        return False


@admin.register(Person)
class PersonAdmin(KeptAdmin):
    """People; one is found by the whole e-mail address."""

    fields = ("email", "name", "language", "is_active", "is_staff", "is_superuser")
    list_display = ("id", "name", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff")
    ordering = ("-pk",)
    search_fields = ("email",)
    actions = ("remove_second_factors",)

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        """Return who has this address."""
        return (queryset.filter(email=search_term) if search_term else queryset), False

    def save_model(self, request: HttpRequest, obj: Person, form: "ModelForm[Person]", change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store through the services, which write the audit row."""
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            person = Person.objects.get(pk=obj.pk)
        else:
            person = people.create_person(actor=acting(request), email=fields.pop("email"))
            obj.pk = person.pk
        people.change_person(actor=acting(request), person=person, fields=fields)

    @admin.action(description="Remove all second factors of the selected people")
    def remove_second_factors(self, request: HttpRequest, chosen: QuerySet[Person]) -> None:
        """Let people who lost their factors set up new ones."""
        for person in chosen:
            people.remove_second_factors(actor=acting(request), person=person, reason="Removed in the admin")


class ClinicForm(ModelForm):  # type: ignore[type-arg] # Django's class takes none while it runs
    """A clinic whose settings fit each other."""

    def clean(self) -> dict[str, Any]:
        """Refuse what the service would."""
        cleaned: dict[str, Any] = super().clean() or {}
        with _as_complaint(self):
            refuse_settings(self.instance, {name: cleaned[name] for name in self.changed_data if name in cleaned})
        return cleaned


class MembershipForm(ModelForm):  # type: ignore[type-arg] # Django's class takes none while it runs
    """Somebody who starts to work at a clinic, or does from now on in another role."""

    def clean(self) -> dict[str, Any]:
        """Refuse to take its only owner from a clinic."""
        cleaned: dict[str, Any] = super().clean() or {}
        named = {name: cleaned.get(name) for name in ("person", "clinic")}
        for current in Membership.objects.active().filter(**named).exclude(role=cleaned.get("role", "")):
            with _as_complaint(self):
                refuse_without_owner(current)
        return cleaned


@contextmanager
def _as_complaint(form: "ModelForm[Any]") -> Iterator[None]:
    """Turn a refusal into what the form says."""
    try:
        yield
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@admin.register(Clinic)
class ClinicAdmin(KeptAdmin):
    """Clinics."""

    form = ClinicForm
    fields = (
        "name",
        "time_zone",
        "country",
        "phone",
        "default_protocol",
        "compares_sessions",
        "item9_owner",
        "item9_plan",
        "demo",
    )
    list_display = ("name", "time_zone", "country", "demo")
    ordering = ("name",)
    raw_id_fields = ("item9_owner",)

    def save_model(self, request: HttpRequest, obj: Clinic, form: "ModelForm[Clinic]", change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Store through the services, which write the audit row."""
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            clinic = Clinic.objects.get(pk=obj.pk)
        else:
            first = {name: form.cleaned_data[name] for name in CREATED_WITH}
            clinic = clinics.create_clinic(actor=acting(request), **first)
            obj.pk = clinic.pk
        clinics.change_clinic(actor=acting(request), clinic=clinic, fields=fields)


@admin.register(Membership)
class MembershipAdmin(KeptAdmin):
    """Who works where; a membership is started and ended, never edited."""

    form = MembershipForm
    fields = ("person", "clinic", "role")
    list_display = ("person", "clinic", "role", "started_at", "ended_at")
    list_filter = ("role", "clinic")
    list_select_related = ("person", "clinic")
    ordering = ("-pk",)
    raw_id_fields = ("person",)
    actions = ("end",)

    def has_change_permission(self, _request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Return whether the list, with its action, may be opened; a single row is only shown."""
        return obj is None

    def save_model(self, request: HttpRequest, obj: Membership, form: "ModelForm[Membership]", change: bool) -> None:  # noqa: ARG002, FBT001 - Django's signature
        """Store through the service, which writes the audit row."""
        obj.pk = staff.add_member(actor=acting(request), **form.cleaned_data).pk

    @admin.action(description="End the selected memberships")
    def end(self, request: HttpRequest, memberships: QuerySet[Membership]) -> None:
        """End them now, but for a clinic's only owner."""
        for membership in memberships.select_related("clinic"):
            try:
                staff.end_membership(actor=acting(request), membership=membership)
            except Refused as refusal:
                self.message_user(request, f"{membership}: {refusal}", messages.ERROR)


@admin.register(Patient)
class PatientAdmin(ReadOnlyAdmin):
    """Patients."""

    list_display = ("code", "clinic", "time_zone", "created_at")
    list_select_related = ("clinic",)
    ordering = ("-pk",)
    search_fields = ("code",)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """Consents and withdrawals."""

    list_display = ("patient", "given", "version", "on_paper", "signed_on", "at")
    list_select_related = ("patient",)
    ordering = ("-pk",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit trail."""

    list_display = ("at", "actor", "action", "target_type", "target_id", "clinic", "patient")
    list_filter = ("action",)
    list_select_related = ("actor", "clinic", "patient")
    ordering = ("-pk",)
    show_full_result_count = False


def acting(request: HttpRequest) -> Person:
    """Return the superuser who asks."""
    assert isinstance(request.user, Person)  # noqa: S101 - the admin lets nobody else in
    return request.user
