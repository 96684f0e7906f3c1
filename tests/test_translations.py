"""Every text a person sees can be translated, and is: none unmarked, none missing, none that nobody says any more."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.template.base import Lexer, TokenType

from backend.analysis.outcomes.flags import Flag
from backend.analysis.outcomes.kernel import Reason
from backend.charts import words
from backend.config import translations
from backend.tracking.models import Progress, SkipReason
from backend.tracking.models.check_ins import SUPERSEDED

ROOT = Path(__file__).resolve().parents[1]
OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
MARKS = set(translations.KEYWORDS)

# What stands in templates as it is: the same in every language, or not for people.
UNTRANSLATED = {"Ebb", "n", "p", "z", "E1", "E2", "UTC", "SHA-256"}
SPOKEN_ATTRIBUTES = r"""(?<![\w-])(?:aria-label|title|alt|placeholder|data-label)=("[^"]*"|'[^']*')"""


@pytest.fixture(scope="module")
def said() -> Catalog:
    return translations.collected(ROOT)


def translated(code: str) -> Catalog:
    return translations.read(settings.TRANSLATIONS / code / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code, said):
    assert translations.stale(translated(code), said) == [], "run python -m backend.config.translations"
    assert translations.missing(translated(code)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_the_places_of_names_and_numbers(code):
    assert translations.mismatched(translated(code)) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_open_and_end_as_the_text_does(code):
    """A sentence stays one, and what is joined to something else keeps its blanks."""
    catalog = translated(code)
    pairs = [(one.id, one.string) for one in catalog if one.id and isinstance(one.id, str)]
    assert [one for one, other in pairs if one.strip() == one and other.strip() != other] == []
    sentences = [(one, other) for one, other in pairs if len(one) > 1]
    assert [one for one, other in sentences if one.endswith(".") != other.endswith(".")] == []


def test_what_is_wrong_with_translations_is_found():
    catalog, source = Catalog(locale="es"), Catalog()
    for text in ("Good", "{name} is here", "gone", ("%(n)d day", "%(n)d days")):
        catalog.add(text, "Bien" if text == "Good" else "", locations=[("a", 1)])
    catalog.get("{name} is here").string = "{nombre} está"
    catalog.get("gone").string = "ido"
    catalog.get("%(n)d day").string = ("un día", "%(n)d días")
    for text in ("Good", "{name} is here", ("%(n)d day", "%(n)d days"), "new"):
        source.add(text, locations=[("a", 1)])
    assert translations.missing(catalog) == []
    assert translations.mismatched(catalog) == ["{name} is here", "%(n)d day"]
    assert translations.stale(catalog, source) == ["(None, 'gone')", "(None, 'new')"]
    catalog.get("Good").string = ""
    assert translations.missing(catalog) == ["Good"]


def test_updating_keeps_what_is_translated_and_drops_what_is_gone(tmp_path):
    path = tmp_path / "es" / "LC_MESSAGES" / "django.po"
    before, after = Catalog(), Catalog()
    for catalog, texts in ((before, ("Good", "gone")), (after, ("Good", "new"))):
        for text in texts:
            catalog.add(text, locations=[("a.html", 0)])
    translations.update(path, before)
    path.write_text(path.read_text().replace('msgid "Good"\nmsgstr ""', 'msgid "Good"\nmsgstr "Bien"'))
    translations.update(path, after)
    kept = translations.read(path)
    assert kept.get("Good").string == "Bien"
    assert translations.missing(kept) == ["new"]
    assert kept.get("gone") is None


def test_every_code_that_is_shown_as_words_has_a_translation():
    codes = {flag.name for flag in Flag} | {reason.name for reason in Reason if reason is not Reason.none}
    codes |= {*SkipReason.values, SUPERSEDED, str(Progress.CANCELLED)}
    assert {code.replace("_", " ") for code in codes} <= set(words.CODES)


def modules() -> list[Path]:
    return sorted((ROOT / "backend").rglob("*.py"))


def hidden_marks(source: str) -> list[str]:
    """Calls that mark a text where nobody collects it: inside an f-string, or with a text that is put together."""
    found = []
    for node in ast.walk(ast.parse(source)):
        inner = ast.walk(node) if isinstance(node, ast.JoinedStr) else ()
        found += [ast.unparse(one) for one in inner if _is_mark(one)]
        if _is_mark(node) and any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args[:2]):
            found.append(ast.unparse(node))
    return found


def _is_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS


def test_marks_stand_where_they_are_collected():
    assert {str(path): found for path in modules() if (found := hidden_marks(path.read_text()))} == {}
    hidden = hidden_marks("""f"{_('a')} b"; _(f'{c} d'); _('e' + f); _('fine')""")
    assert hidden == ["_('a')", "_(f'{c} d')", "_('e' + f)"]


def unmarked(template: str) -> list[str]:
    """Words of a template that no tag marks, outside scripts."""
    text, inside = "", False
    for token in Lexer(template).tokenize():
        name = token.contents.split()[0] if token.token_type is TokenType.BLOCK else ""
        if name in {"blocktranslate", "endblocktranslate", "comment", "endcomment"}:
            inside = not name.startswith("end")
        if token.token_type is TokenType.TEXT and not inside:
            text += token.contents
        elif name == "block":
            inside = token.contents.split()[1] in {"width", "html_class"}  # blocks that hold names of classes
        elif name == "endblock":
            inside = False
        text += "\x00" if token.token_type is not TokenType.TEXT else ""
    spoken = re.findall(SPOKEN_ATTRIBUTES, text)
    text = re.sub(
        r"<(script|style)\b.*?</\1>|<!--.*?-->|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", "\x00", text, flags=re.DOTALL
    )
    pieces = [piece.strip() for piece in text.split("\x00")] + [one[1:-1].replace("\x00", "") for one in spoken]
    return [one for one in pieces if re.search(r"[^\W\d_]", re.sub(r"&\w+;", "", one)) and not _as_it_is(one)]


def _as_it_is(piece: str) -> bool:
    return set(re.findall(r"[^\W\d_][\w-]*", piece)) <= UNTRANSLATED


def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "frontend_templates").rglob("*") if path.suffix in {".html", ".txt"})


def test_templates_hold_no_text_that_cannot_be_translated():
    assert {path.name: found for path in templates() if (found := unmarked(path.read_text()))} == {}
    assert unmarked('{% translate "a" %}<p title="Said">{{ b }} and so <i>on</i></p><script>let c</script>') == [
        "and so",
        "on",
        "Said",
    ]
