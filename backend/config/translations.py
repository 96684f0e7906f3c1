"""The texts of the interface and their translations: collected from the source, compiled for Django.

`python -m backend.config.translations` brings locale/*/LC_MESSAGES/django.po up to the source and says what is still to
be translated; with `compile` it makes the files Django reads, where settings.LOCALE_PATHS expects them.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "pgettext_noop"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
HEADER = """# The texts of the interface; `python -m backend.config.translations` keeps this list up to the source.
msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
STAMP = "compiled"  # which translations the compiled ones were made from
NOT_SHOWN = ("backend/analysis/cli/", "backend/tracking/demo/")  # for who types commands, and made-up people


def collected(root: Path) -> Catalog:
    """Return every text marked in the templates and modules below a folder, with the files it stands in."""
    catalog = Catalog()
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        for _line, message, _comments, context in _marked(path, name):
            catalog.add(message, locations=[(name, 0)], context=context)
    return catalog


def _sources(root: Path) -> Iterator[Path]:
    """Yield what may hold texts for people."""
    found = [*(root / "frontend_templates").rglob("*"), *(root / "backend").rglob("*.py")]
    for path in sorted(found):
        if path.suffix in {".html", ".txt", ".py"} and not path.as_posix().startswith(
            tuple(f"{root.as_posix()}/{room}" for room in NOT_SHOWN)
        ):
            yield path


def _marked(path: Path, name: str) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What Django makes of a template are calls between blanks; their indents would mean something to Python.
        text = "\n".join(line.strip() for line in templatize(text, origin=name).splitlines())
    yield from extract("python", BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})


def read(path: Path) -> Catalog:
    """Return the translations of a file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def update(path: Path, source: Catalog) -> Catalog:
    """Bring a file of translations up to the source: new texts empty, texts that are gone dropped."""
    catalog = read(path) if path.exists() else Catalog(locale=path.parents[1].name)
    catalog.update(source, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(locale=catalog.locale, plural_forms=catalog.plural_forms).encode())
        write_po(file, catalog, width=120, sort_output=True, include_lineno=False, omit_header=True)
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """Return the texts that have no translation, or not every form of one."""
    return [_told(one) for one in _texts(catalog) if not all(_forms(one.string)) or one.fuzzy]


def mismatched(catalog: Catalog) -> list[str]:
    """Return the texts whose translation lacks a placeholder or has another; a singular may leave the number out."""
    return [_told(one) for one in _texts(catalog) if not all(_fits(one, form) for form in _forms(one.string) if form)]


def stale(catalog: Catalog, source: Catalog) -> list[str]:
    """Return what is translated and no longer said, and what is said and not in the file."""
    ours, theirs = ({(one.context, one.id) for one in _texts(each)} for each in (catalog, source))
    return sorted(str(key) for key in ours ^ theirs)


def _texts(catalog: Catalog) -> list[Message]:
    return [one for one in catalog if one.id]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the forms of a text, an empty one where it has none."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _told(message: Message) -> str:
    return _forms(message.id)[0]


def _placeholders(text: str) -> set[str]:
    return {"".join(found) for found in PLACEHOLDER.findall(text)}


def _fits(message: Message, form: str) -> bool:
    wanted = set().union(*map(_placeholders, _forms(message.id)))
    found = _placeholders(form)
    if isinstance(message.id, str):
        return found == wanted
    return found <= wanted and found >= set.intersection(*map(_placeholders, _forms(message.id)))


def compile_into(folder: Path, source: Path) -> None:
    """Write what Django reads for every language of `source` into `folder`, and which texts it was made from."""
    for path in sorted(source.glob("*/LC_MESSAGES/django.po")):
        target = folder / path.relative_to(source).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, read(path))
    (folder / STAMP).write_text(fingerprint(source), encoding="ascii")


def fingerprint(source: Path) -> str:
    """Return what tells whether compiled translations are those of the files in `source`."""
    texts = [path.read_bytes() for path in sorted(source.glob("*/LC_MESSAGES/django.po"))]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def are_compiled() -> bool:
    """Tell whether what Django reads is up to date."""
    try:
        return (settings.LOCALE_PATHS[0] / STAMP).read_text(encoding="ascii") == fingerprint(settings.TRANSLATIONS)
    except FileNotFoundError:
        return False


def main() -> int:
    """Do what the command line asks for."""
    if sys.argv[1:] == ["compile"]:
        compile_into(settings.LOCALE_PATHS[0], settings.TRANSLATIONS)
        return 0
    source = collected(settings.BASE_DIR)
    for code, _name in settings.LANGUAGES[1:]:
        catalog = update(settings.TRANSLATIONS / code / "LC_MESSAGES" / "django.po", source)
        wanting = missing(catalog) + mismatched(catalog)
        sys.stdout.write("".join(f"{code}: {text!r}\n" for text in wanting))
        sys.stdout.write(f"{code}: {len(_texts(catalog))} texts, {len(wanting)} still to translate or to mend\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
