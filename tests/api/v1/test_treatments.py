"""Staff record and correct treatments and patients; patients read their own."""

import pytest

from backend.accounts.models import Clinic, Patient
from backend.accounts.services.staff import add_member
from backend.tracking.models import Treatment
from tests import make
from tests.api.doors import fields_of, post, problem, with_session, with_token

pytestmark = pytest.mark.django_db

TREATMENTS = "/api/v1/treatments/"
PATIENTS = "/api/v1/patients/"


def one(treatment):
    return f"{TREATMENTS}{treatment.pk}/"


def given(of, /, **changes):
    whole = {
        "patient": of.pk,
        "drug": "ketamine",
        "route": "iv",
        "indication": "gad",
        "dose_mg": 40,
        "weight_kg": 71.5,
        "state": "started",
        "started_at": "2026-03-02T10:00:00+00:00",
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def patch(client, address, body):
    return client.patch(address, body, content_type="application/json")


def test_a_treatment_is_recorded_and_told(patient, clinician):
    answer = post(with_token(clinician), TREATMENTS, given(patient))
    assert answer.status_code == 201
    told = answer.json()
    treatment = Treatment.objects.get()
    assert answer.headers["Location"] == one(treatment)
    assert (told["id"], told["patient"], told["dose_mg"], told["weight_kg"]) == (treatment.pk, patient.pk, 40, 71.5)
    assert (told["started_at"], told["ended_at"], told["redose_reason"]) == ("2026-03-02T10:00:00Z", None, "")
    assert treatment.check_ins.exists()
    assert with_token(clinician).get(one(treatment)).json() == told


def test_a_planned_treatment_is_started(patient, clinician):
    client = with_token(clinician)
    planned = {"state": "planned", "started_at": ..., "planned_at": "2026-03-02T09:00:00Z"}
    made = post(client, TREATMENTS, given(patient, **planned)).json()
    told = patch(client, f"{TREATMENTS}{made['id']}/", {"state": "started", "started_at": "2026-03-02T09:20:00Z"})
    assert (told.status_code, told.json()["state"], told.json()["planned_at"]) == (
        200,
        "started",
        "2026-03-02T09:00:00Z",
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"drug": "aspirin"}, "drug"),
        ({"drug": 1}, "drug"),
        ({"drug": ...}, "drug"),
        ({"route": ""}, "route"),
        ({"drug": "other"}, "drug_name"),
        ({"dose_mg": "40"}, "dose_mg"),
        ({"dose_mg": True}, "dose_mg"),
        ({"dose_mg": -1}, "dose_mg"),
        ({"dose_mg": 10**400}, "dose_mg"),
        ({"dose_mg": 1e300}, "dose_mg"),
        ({"dose_mg": 0.001}, "dose_mg"),
        ({"state": "over"}, "state"),
        ({"started_at": None}, "started_at"),
        ({"started_at": "2026-03-02T10:00:00"}, "started_at"),
        ({"ended_at": "2026-03-02T09:00:00Z"}, "ended_at"),
        ({"protocol": "daily"}, "protocol"),
        ({"benzodiazepine_24h": 1}, "benzodiazepine_24h"),
        ({"benzodiazepine_24h": None}, "benzodiazepine_24h"),
        ({"ratings_version": 7}, "ratings_version"),
        ({"patient": "1"}, "patient"),
        ({"patient": None}, "patient"),
    ],
)
def test_a_wrong_treatment_is_refused_by_name(patient, clinician, wrong, field):
    told = problem(post(with_token(clinician), TREATMENTS, given(patient, **wrong)), 400)
    assert fields_of(told) == {field}
    assert not Treatment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"patient": 1}, "patient"), ({"drug": None}, "drug"), ({"started_at": None}, "started_at"), ({"id": 1}, "id")],
)
def test_a_wrong_correction_is_refused_by_name(treatment, clinician, wrong, field):
    assert fields_of(problem(patch(with_token(clinician), one(treatment), wrong), 400)) == {field}


def test_a_patient_reads_their_treatment_and_does_not_change_it(treatment, patient):
    client = with_session(patient.person)
    assert client.get(one(treatment)).json()["id"] == treatment.pk
    assert [row["id"] for row in client.get(TREATMENTS).json()["results"]] == [treatment.pk]
    problem(patch(client, one(treatment), {"dose_mg": 1}), 404)
    problem(post(client, TREATMENTS, given(patient)), 404)


def test_treatments_of_others_look_like_none(treatment, patient, stranger, other_clinic, clinic):
    for door in (with_session(stranger.person), with_token(other_clinic)):
        assert door.get(one(treatment)).content == door.get(one(Treatment(pk=100_000))).content
        assert door.get(TREATMENTS).json()["results"] == []
        foreign, absent = (post(door, TREATMENTS, given(of)) for of in (patient, Patient(pk=100_000)))
        assert fields_of(problem(foreign, 404)) == {"patient"}
        assert foreign.content == absent.content
        problem(patch(door, one(treatment), {"dose_mg": 1}), 404)
    researcher = with_token(make.member(at=clinic, role="researcher"))
    assert researcher.get(one(treatment)).status_code == 200
    problem(patch(researcher, one(treatment), {"dose_mg": 1}), 404)


def test_a_patient_is_added_at_the_clinic_of_who_adds_them(clinic, clinician):
    answer = post(with_token(clinician), PATIENTS, {"code": "P-77"})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["clinic"], told["code"], told["time_zone"]) == (clinic.pk, "P-77", clinic.time_zone)
    assert set(told) == {"id", "clinic", "code", "time_zone", "created_at"}
    assert with_token(clinician).get(answer.headers["Location"]).json() == told


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "P-1"}, "code"),
        ({"code": 1}, "code"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"email": "a@b.example"}, "email"),
        ({"clinic": "1"}, "clinic"),
    ],
)
def test_a_wrong_patient_is_refused_by_name(patient, clinician, wrong, field):
    assert fields_of(problem(post(with_token(clinician), PATIENTS, {"code": "new"} | wrong), 400)) == {field}
    assert Patient.objects.count() == 1


def test_who_treats_at_two_clinics_says_which(clinic, clinician):
    second = make.clinic()
    add_member(actor=None, clinic=second, person=clinician, role="owner")
    client = with_token(clinician)
    assert fields_of(problem(post(client, PATIENTS, {"code": "new"}), 400)) == {"clinic"}
    assert post(client, PATIENTS, {"code": "new", "clinic": second.pk}).json()["clinic"] == second.pk


def test_nobody_is_added_where_one_does_not_treat(patient, clinic, clinician, other_clinic):
    client = with_token(other_clinic)
    foreign, absent = (post(client, PATIENTS, {"code": "new", "clinic": one.pk}) for one in (clinic, Clinic(pk=99_999)))
    assert fields_of(problem(foreign, 404)) == {"clinic"}
    assert foreign.content == absent.content
    problem(post(with_session(patient.person), PATIENTS, {"code": "new"}), 404)


def test_patients_of_others_look_like_none(patient, stranger, clinician, other_clinic):
    address = f"{PATIENTS}{patient.pk}/"
    assert len(with_token(clinician).get(PATIENTS).json()["results"]) == 2
    assert [row["id"] for row in with_session(patient.person).get(PATIENTS).json()["results"]] == [patient.pk]
    for door in (with_session(stranger.person), with_token(other_clinic)):
        assert door.get(address).content == door.get(f"{PATIENTS}100000/").content
        problem(door.get(address), 404)


def test_the_tag_of_a_treatment_is_its_version(treatment, clinician):
    client = with_token(clinician)
    read = client.get(one(treatment))
    assert (read.headers["ETag"], read.json()["version"], read.json()["lot"]) == ('"1"', 1, "")
    changed = patch(client, one(treatment), {"lot": "A1"})
    assert (changed.headers["ETag"], changed.json()["version"], changed.json()["lot"]) == ('"2"', 2, "A1")
    assert client.get(one(treatment)).headers["ETag"] == '"2"'
    assert patch(client, one(treatment), {"lot": "A1"}).headers["ETag"] == '"2"'  # nothing differed


@pytest.mark.parametrize(("named", "status"), [('"1"', 200), ('"7", "1"', 200), ("*", 200), ('"2"', 412)])
def test_a_correction_holds_for_the_version_it_names(treatment, clinician, named, status):
    client = with_token(clinician)
    answer = client.patch(one(treatment), {"lot": "A1"}, content_type="application/json", headers={"If-Match": named})
    assert answer.status_code == status
    assert Treatment.objects.get().lot == ("A1" if status == 200 else "")


@pytest.mark.parametrize("named", ['W/"2"', '"1"', "2", "", "nonsense"])
def test_who_was_overtaken_is_told_the_version_now(treatment, clinician, named):
    client = with_token(clinician)
    patch(client, one(treatment), {"lot": "A1"})
    late = client.patch(one(treatment), {"lot": "B2"}, content_type="application/json", headers={"If-Match": named})
    problem(late, 412)
    assert late.headers["ETag"] == client.get(one(treatment)).headers["ETag"] == '"2"'
    assert Treatment.objects.get().lot == "A1"


def test_a_dose_is_stored_as_a_program_says(patient, clinician):
    assert post(with_token(clinician), TREATMENTS, given(patient, dose_mg=0.5)).json()["dose_mg"] == 0.5


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"started_at": "2026-03-02T10:20:00Z"}, "started_at"),
        ({"started_at": "2026-03-02T09:50:00Z", "ended_at": "2026-03-02T10:10:00Z"}, "ended_at"),
    ],
)
def test_two_treatments_of_a_patient_do_not_overlap(treatment, patient, clinician, times, field):
    assert fields_of(problem(post(with_token(clinician), TREATMENTS, given(patient, **times)), 400)) == {field}
