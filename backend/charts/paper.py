"""A chart for programs that know little of stylesheets: every class written out as attributes, in colours for paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from backend.charts.parts.frame import stylesheet
from backend.charts.parts.markup import element

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_INNERMOST_BLOCK = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_TAG = re.compile(r'<(\w+)((?: [\w-]+="[^"]*")*)(/?)>')
_CLASS = re.compile(r' class="([^"]*)"')
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What holds for elements of some names, or of all of them, that carry all of some classes."""

    names: frozenset[str]
    classes: frozenset[str]
    declared: tuple[tuple[str, str], ...]

    def fits(self, name: str, classes: frozenset[str]) -> bool:
        return (not self.names or name in self.names) and self.classes <= classes


def on_paper(svg: str) -> str:
    """Return a chart of this package that needs no stylesheet."""
    bare = re.sub(r"<style>.*?</style>", "", svg, flags=re.DOTALL)
    return _TAG.sub(_written_out, bare)


def _written_out(tag: re.Match[str]) -> str:
    name, attributes, closed = tag.groups()
    found = _CLASS.search(attributes)
    classes = frozenset(found[1].split()) if found else frozenset()
    declared = _style(name, classes)
    if name == "svg":
        declared |= {"font-family": _FONT}
    # Attributes already there are geometry and references, which stand; `fill` of a hatch is one.
    added = {key: told for key, told in declared.items() if f' {key}="' not in attributes}
    written = element(name, **added).removeprefix(f"<{name}").removesuffix("/>")
    return f"<{name}{_CLASS.sub('', attributes)}{written}{closed}>"


@cache
def _style(name: str, classes: frozenset[str]) -> dict[str, str]:
    """Return the properties of an element, later and more particular rules over earlier ones."""
    tokens, rules = _sheet()
    fitting = sorted((rule for rule in rules if rule.fits(name, classes)), key=lambda rule: len(rule.classes))
    declared = dict(pair for rule in fitting for pair in rule.declared)
    known = tokens | {key: told for key, told in declared.items() if key.startswith("--")}
    return {key: _resolved(told, known) for key, told in declared.items() if not key.startswith("--")}


def _resolved(told: str, known: dict[str, str]) -> str:
    while found := _VARIABLE.search(told):
        told = told.replace(found[0], known[found[1]])
    return told


@cache
def _sheet() -> tuple[dict[str, str], tuple[_Rule, ...]]:
    """Return the colours of the light theme, and the rules for what is inside a chart."""
    plain = _INNERMOST_BLOCK.sub("", re.sub(r"/\*.*?\*/", "", stylesheet(), flags=re.DOTALL))
    blocks = [(selector.strip(), dict(_declarations(body))) for selector, body in _RULE.findall(plain)]
    tokens = next(declared for selector, declared in blocks if selector == ".ebb-chart")
    inside = ((selector.removeprefix(".ebb-chart "), declared) for selector, declared in blocks)
    return tokens, tuple(rule for selector, declared in inside for rule in _rules(selector, declared))


def _rules(selector: str, declared: dict[str, str]) -> Iterator[_Rule]:
    """Read `.a.b`, `name` and `:is(name, name)`; other selectors are about the page around a chart."""
    if several := re.fullmatch(r":is\(([\w, ]+)\)", selector):
        yield _Rule(frozenset(re.split(r",\s*", several[1])), frozenset(), tuple(declared.items()))
    elif re.fullmatch(r"\w+", selector):
        yield _Rule(frozenset({selector}), frozenset(), tuple(declared.items()))
    elif re.fullmatch(r"(\.c-[\w-]+)+", selector):
        yield _Rule(frozenset(), frozenset(selector[1:].split(".")), tuple(declared.items()))


def _declarations(body: str) -> Iterator[tuple[str, str]]:
    for line in body.split(";"):
        if ":" in line:
            key, told = line.split(":", 1)
            yield key.strip(), told.strip()
