"""Notes: each stored once, encrypted, and never changed."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backend.accounts.models import AuditEntry
from backend.tracking.models import Note
from backend.tracking.services.notes import LONGEST_NOTE, Draft, write_note
from backend.tracking.services.refusals import KeyReused, Refused
from tests import make

pytestmark = pytest.mark.django_db


def write(patient, by, text="Slept badly.", key=None, treatment=None):
    return write_note(actor=by, patient=patient, draft=Draft(key or uuid4(), text, treatment))


def test_a_note_is_kept_with_who_wrote_it_and_no_word_of_it_is_in_the_audit_trail(patient, clinician):
    note, replayed = write(patient, clinician, "  Slept badly.\n")
    assert not replayed
    assert (note.text, note.written_by, note.treatment) == ("Slept badly.", clinician, None)
    entry = AuditEntry.objects.get(action="note.written")
    assert (entry.actor, entry.patient, entry.changes, entry.reason) == (clinician, patient, {}, "")


def test_it_is_encrypted_at_rest(patient, clinician):
    write(patient, clinician)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM tracking_note")
        assert "Slept" not in cursor.fetchone()[0]


def test_the_same_note_is_stored_once_and_another_under_its_key_is_told_apart(patient, clinician):
    key = uuid4()
    first, _ = write(patient, clinician, key=key)
    assert write(patient, clinician, key=key) == (first, True)
    with pytest.raises(KeyReused):
        write(patient, clinician, "Slept well.", key=key)
    assert Note.objects.count() == 1


@pytest.mark.parametrize("text", ["", " \n", "x" * (LONGEST_NOTE + 1)])
def test_nothing_and_too_much_are_refused(patient, clinician, text):
    with pytest.raises(Refused) as refused:
        write(patient, clinician, text)
    assert refused.value.field == "text"


def test_somebody_elses_treatment_is_refused(patient, stranger, clinician):
    other = make.treatment(of=stranger, by=clinician)
    with pytest.raises(Refused) as refused:
        write(patient, clinician, treatment=other)
    assert refused.value.field == "treatment"


def test_the_database_refuses_to_change_it(patient, clinician):
    note, _ = write(patient, clinician)
    for change in (lambda: Note.objects.update(text="Other."), note.delete):
        with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
            change()
