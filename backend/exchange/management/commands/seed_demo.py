"""Make the demo clinic, once, and say who can sign in to it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.accounts.models import Person
from backend.exchange.models import Scope
from backend.exchange.tokens import create_token, recognise
from backend.tracking.demo import sign_ins, truth
from backend.tracking.demo.clinic import SIGN_INS, NotADemo, Opened, let_in, open_clinic
from backend.tracking.demo.finished import finished
from backend.tracking.demo.seeding import seed_finished, seed_named
from backend.tracking.demo.sign_ins import Kept


class Command(BaseCommand):
    """`manage.py seed_demo --patients N --seed S`."""

    help = "Makes a clinic of made-up patients whose true relief is known, and prints who can sign in to it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask how many patients, which ones, and where the truth about them goes."""
        parser.add_argument("--patients", type=int, default=300, help="finished ones, beside those made by hand")
        parser.add_argument("--seed", type=int, default=1, help="draws them; that of the first run counts")
        parser.add_argument("--truth", type=Path, default=settings.VAR_DIR / "demo_truth.json", help="a JSON file")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - whatever was typed
        """Store the patients made by hand and print; the others follow while the server already answers."""
        now = timezone.now()
        try:
            opened = open_clinic(seed=options["seed"], now=now)
        except NotADemo as found:
            raise CommandError(str(found)) from found
        seed_named(opened, now=now)
        self.stdout.write(told(kept_for(opened)))
        everybody = [finished(number, seed=opened.seed, now=opened.now) for number in range(options["patients"])]
        truth.write(options["truth"], everybody, seed=opened.seed, now=opened.now)
        if seed_finished(opened, everybody):
            self.stdout.write(f"Demo data complete: {len(everybody)} finished patients, estimated.")


def kept_for(opened: Opened) -> Kept:
    """Return the passwords and the token of this installation, all of them working."""
    path = settings.VAR_DIR / "demo_sign_ins.json"
    kept, new = sign_ins.load(path, [one.address for one in SIGN_INS])
    for one in SIGN_INS:
        person = Person.objects.filter(email=one.address).first()
        if one.address in new or person is None or not person.has_usable_password():
            let_in(opened.clinic, one, kept.passwords[one.address])
    if not kept.token or recognise(kept.token) is None:
        _, kept.token = create_token(actor=None, person=opened.clinician, scopes=[Scope.READ], name="Demo")
        sign_ins.keep(path, kept)
    return kept


def told(kept: Kept) -> str:
    """Return what whoever starts the demo reads: where to go, as whom, and how to ask the API."""
    home = f"http://127.0.0.1:{settings.PORT}/"
    widest = max(len(one.address) for one in SIGN_INS)
    return "\n".join(
        [
            f"The demo clinic is at {home}",
            *(f"  {one.address:<{widest}}  {kept.passwords[one.address]}  {one.sees}" for one in SIGN_INS),
            f"Read token: {kept.token}",
            f'  curl -H "Authorization: Bearer {kept.token}" "{home}api/v1/cohorts/?route=iv"',
        ]
    )
