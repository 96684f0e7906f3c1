"""The texts of consent as they are shown, and the fingerprint of what somebody agreed to."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from backend.accounts.models import Consent

CURRENT = "1"  # a text that people agreed to never changes: another wording is another version
LANGUAGES = ("en", "es")  # the first is shown where another one is missing


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the paragraphs under it."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in one language, whole and in sections."""

    version: str
    language: str
    content: str

    @property
    def sha256(self) -> str:
        """Return the fingerprint that is stored with a consent."""
        return sha256(self.content.encode()).hexdigest()

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the text as a page shows it: a heading opens with "# ", a blank line ends a paragraph."""
        blocks = [" ".join(block.split()) for block in self.content.split("\n\n")]
        headings = [number for number, block in enumerate(blocks) if block.startswith("# ")]
        ends = [*headings[1:], len(blocks)]
        return tuple(
            Section(blocks[start].removeprefix("# "), tuple(filter(None, blocks[start + 1 : end])))
            for start, end in zip(headings, ends, strict=True)
        )


@cache
def text(language: str, version: str = CURRENT) -> Text:
    """Return a version's wording in a language such as es or es-MX, or else in the first of ours."""
    code = language.partition("-")[0]
    found = code if code in LANGUAGES else LANGUAGES[0]
    file = resources.files("backend.accounts.consent").joinpath("versions", f"{version}.{found}.txt")
    return Text(version, found, file.read_text("utf-8"))


def is_current(consent: Consent | None) -> bool:
    """Tell whether somebody said yes, and to the wording in use, in whichever language they read it."""
    return consent is not None and consent.given and consent.version == CURRENT
