"""What the configuration in a Terraform plan refers to: edges between resources, through modules, values and outputs.

The plan's `configuration` names for each expression what it refers to, most exactly first: `a.b[0].id`, `a.b[0]`,
`a.b`. Only the first of such a chain counts. Locals are not in a plan: what refers to one is kept as a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .parts import mapping, objects, texts

Path: TypeAlias = tuple[str, ...]
"""Names of modules from the root, without indexes."""
_PART = re.compile(r"\.?([^.\[\]]+)|\[((?:\"(?:\\.|[^\"\\])*\")|[^\]]*)\]")
_NO_RESOURCE = frozenset({"each", "count", "path", "self", "terraform", "local", "var", "module", "data"})
_OWN_WORDS = {"references", "constant_value"}


@dataclass(frozen=True, slots=True)
class Target:
    """What is referred to: a resource of the configuration, and which instance of it, "" for all.

    Attributes:
        path: Modules.
        name: Such as `aws_vpc.main` or `data.aws_ami.x`.
        index: The text in brackets, "" for none.
    """

    path: Path
    name: str
    index: str = ""


@dataclass
class Configuration:
    """The resources of a configuration, and what each refers to.

    Attributes:
        targets: For each resource, by path and name, what it refers to.
        locals: Names of local values that are referred to, sorted by where.
    """

    targets: dict[tuple[Path, str], set[Target]] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Module:
    """A module, with how it is called.

    Attributes:
        path: Modules.
        body: Its `resources`, `outputs` and `module_calls`.
        call: What called it, empty for the root.
        caller: The module that did.
    """

    path: Path
    body: Mapping[str, Any]
    call: Mapping[str, Any]
    caller: _Module | None


class _Reader:
    """Follows references through a configuration."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self.found = Configuration()
        self._providers = mapping(configuration.get("provider_config"))
        self._modules: dict[Path, _Module] = {}
        self._enter(_Module((), mapping(configuration.get("root_module")), {}, None))
        self._open: set[tuple[Path, str]] = set()
        """Values and outputs that are being followed, so that none is followed within itself."""

    def read(self) -> Configuration:
        for module in self._modules.values():
            around = self._around(module)
            for resource in objects(module.body.get("resources")):
                name = _name(resource)
                found = self.found.targets.setdefault((module.path, name), set())
                found |= around | self._of_resource(module, resource)
                found.discard(Target(module.path, name))
        return self.found

    def _enter(self, module: _Module) -> None:
        self._modules[module.path] = module
        for name, call in mapping(module.body.get("module_calls")).items():
            inner = mapping(call)
            self._enter(_Module((*module.path, str(name)), mapping(inner.get("module")), inner, module))

    def _around(self, module: _Module) -> set[Target]:
        """Return what every resource of a module waits for: what its calls, and those around it, depend on."""
        found: set[Target] = set()
        while module.caller is not None:
            for key in ("count_expression", "for_each_expression"):
                found |= self._follow(module.caller, references(module.call.get(key)))
            found |= self._follow(module.caller, texts(module.call.get("depends_on")), whole=True)
            module = module.caller
        return found

    def _of_resource(self, module: _Module, resource: Mapping[str, Any]) -> set[Target]:
        found: set[Target] = set()
        for key in ("expressions", "count_expression", "for_each_expression", "provisioners"):
            found |= self._follow(module, references(resource.get(key)))
        found |= self._follow(module, texts(resource.get("depends_on")), whole=True)
        provider = mapping(self._providers.get(str(resource.get("provider_config_key"))))
        home = self._modules.get(tuple(str(provider.get("module_address", "")).replace("module.", "").split(".")))
        return found | self._follow(home or self._modules[()], references(provider.get("expressions")))

    def _follow(self, module: _Module, names: Iterable[str], *, whole: bool = False) -> set[Target]:
        """Return the resources that names lead to from a module; with `whole`, a module is all its resources."""
        found: set[Target] = set()
        for name in names:
            parts = [(one[1], one[2]) for one in _PART.finditer(name)]
            words = [plain for plain, _ in parts if plain]
            if len(words) < 2:
                continue
            if words[0] == "var":
                found |= self._value(module, words[1])
            elif words[0] == "module":
                found |= self._module(module, words, whole=whole)
            elif words[0] == "local":
                self.found.locals.add(
                    ".".join(("module." + ".module.".join(module.path),) * bool(module.path) + (name,))
                )
            elif words[0] == "data" and len(words) > 2:
                found.add(Target(module.path, ".".join(words[:3]), _index(parts, 3)))
            elif words[0] not in _NO_RESOURCE:
                found.add(Target(module.path, ".".join(words[:2]), _index(parts, 2)))
        return found

    def _value(self, module: _Module, name: str) -> set[Target]:
        """Return what a module's input value was made of."""
        key = (module.path, f"var.{name}")
        if module.caller is None or key in self._open:
            return set()
        self._open.add(key)
        found = self._follow(module.caller, references(mapping(module.call.get("expressions")).get(name)))
        self._open.discard(key)
        return found

    def _module(self, module: _Module, words: list[str], *, whole: bool) -> set[Target]:
        """Return what an output of a module is made of, or all that is in the module."""
        inner = self._modules.get((*module.path, words[1]))
        if inner is None:
            return set()
        if whole or len(words) < 3:
            return {
                Target(other.path, _name(resource))
                for other in self._modules.values()
                if other.path[: len(inner.path)] == inner.path
                for resource in objects(other.body.get("resources"))
            }
        key = (inner.path, f"output.{words[2]}")
        if key in self._open:
            return set()
        self._open.add(key)
        output = mapping(mapping(inner.body.get("outputs")).get(words[2]))
        found = self._follow(inner, references(output.get("expression")))
        found |= self._follow(inner, texts(output.get("depends_on")), whole=True)
        self._open.discard(key)
        return found


def read_configuration(configuration: object) -> Configuration:
    """Return what each resource of a plan's `configuration` refers to."""
    return _Reader(mapping(configuration)).read()


def references(expression: object) -> list[str]:
    """Return what an expression refers to, however deep; of a chain from the exact to the whole, only the first."""
    return list(_references(expression, 0))


def _references(expression: object, depth: int) -> Iterator[str]:
    if depth > 60:
        return
    if isinstance(expression, list):
        for one in expression:
            yield from _references(one, depth + 1)
    elif isinstance(expression, dict):
        names = expression.get("references")
        if isinstance(names, list) and expression.keys() <= _OWN_WORDS:
            before = ""
            for name in map(str, names):
                if not before.startswith((f"{name}.", f"{name}[")):
                    yield name
                before = name
            return
        for one in expression.values():
            yield from _references(one, depth + 1)


def _index(parts: list[tuple[str, str]], words: int) -> str:
    """Return what is in brackets right behind so many words."""
    seen = 0
    for place, (plain, _) in enumerate(parts):
        seen += bool(plain)
        if seen == words:
            return parts[place + 1][1] if place + 1 < len(parts) and not parts[place + 1][0] else ""
    return ""


def _name(one: Mapping[str, Any]) -> str:
    name = f"{one.get('type')}.{one.get('name')}"
    return f"data.{name}" if one.get("mode") == "data" else name
