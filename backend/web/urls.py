"""The addresses of the pages."""

from django.urls import include, path

from backend.web import calendar, care, languages
from backend.web.patient import consent, home, join, settings
from backend.web.patient import dose as patient_dose
from backend.web.patient.check_in import kiosk, links, pages, undo
from backend.web.patient.relief import pages as relief
from backend.web.phone import entries, phone, push, shell
from backend.web.phone import steps as phone_steps

urlpatterns = [
    path("", home.home, name="home"),
    path("check-ins/<int:check_in_id>/", pages.check_in, name="check-in"),
    path("check-ins/<int:check_in_id>/skip/", pages.skip, name="skip"),
    path("check-ins/<int:check_in_id>/undo/", undo.undo, name="undo"),
    path("c/<str:token>/", links.link, name="link"),
    path("c/<str:token>/skip/", links.link_skip, name="link-skip"),
    path("c/<str:token>/undo/", links.link_undo, name="link-undo"),
    path("kiosk/", kiosk.kiosk_check_in, name="kiosk-check-in"),
    path("kiosk/skip/", kiosk.kiosk_skip, name="kiosk-skip"),
    path("kiosk/undo/", kiosk.kiosk_undo, name="kiosk-undo"),
    path("kiosk/end/", kiosk.kiosk_end, name="kiosk-end"),
    path("join/", join.join, name="join"),
    path("join/<str:code>/", join.join_code, name="join-code"),
    path("treatments/<int:treatment_id>/outcome/", home.outcome, name="outcome"),
    path("", include("backend.web.clinician.urls")),
    path("treatments/<int:treatment_id>/start/", patient_dose.started_at_home, name="start-at-home"),
    path("relief/", relief.relief, name="relief"),
    path("relief/ratings.csv", relief.ratings_csv, name="relief-csv"),
    path("relief/print/", relief.printed, name="relief-print"),
    path("help/", care.help_page, name="help"),
    path("consent/", consent.consent, name="consent"),
    path("settings/", settings.settings, name="settings"),
    path("settings/calendar/", settings.renew_calendar, name="renew-calendar"),
    path("settings/language/", languages.choose, name="language"),
    path("entries/", entries.entries, name="entries"),
    path("c/<str:token>/entries/", entries.link_entries, name="link-entries"),
    path("c/<str:token>/steps/", phone_steps.link_steps, name="link-steps"),
    path("phone/", phone.phone, name="phone"),
    path("offline/", shell.offline, name="offline"),
    path("sw.js", shell.worker, name="sw"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("push/", push.subscribe, name="push"),
    path("push/end/", push.end, name="push-end"),
    path("calendar/<str:secret>.ics", calendar.calendar, name="calendar"),
]
