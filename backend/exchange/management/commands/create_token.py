"""Make an API token for a person and print it, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import Person
from backend.exchange.models import Scope
from backend.exchange.tokens import DAYS_VALID, create_token


class Command(BaseCommand):
    """`manage.py create_token EMAIL --scopes read,write,export --days 90`."""

    help = "Prints one API token for a person. It is shown this once and cannot be read again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for whom, for what and for how long."""
        parser.add_argument("email", metavar="EMAIL", help="whom the programs that use it act for")
        parser.add_argument("--scopes", default=Scope.READ.value, help=f"some of {','.join(Scope.values)}")
        parser.add_argument("--days", type=int, default=DAYS_VALID, help="how long it can be used")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - whatever was typed
        """Print the token, or one line about what was wrong."""
        person = Person.objects.filter(email=options["email"], is_active=True).first()
        if person is None:
            raise CommandError(f"nobody can sign in as {options['email']!r}", returncode=2)
        scopes = [scope.strip() for scope in options["scopes"].split(",")]
        try:
            _, text = create_token(actor=None, person=person, scopes=scopes, days=options["days"])
        except ValueError as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self.stdout.write(text)
