"""Graphs in DOT, as terraform, bazel, Gradle and many others print them: an arrow leads to what is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from ..collecting import Collection
from ..problem import KINDS, Kind, Problem

_TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#[^\n]*"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*"|<(?:[^<>]|<[^<>]*>)*>)'
    r"|(?P<arrow>->|--)"
    r"|(?P<mark>[{}\[\];,=:+])"
    r"|(?P<word>-?(?:\.\d+|\d+(?:\.\d*)?)(?![\w])|[^\W\d][\w]*|\d[\w.]*)",
    re.DOTALL | re.MULTILINE,
)
_KEYWORDS = {"node", "edge", "graph"}


class _Tokens:
    """The words of a graph, one after the other."""

    def __init__(self, content: str) -> None:
        self._found = list(_tokens(content))
        self._at = 0

    @property
    def ahead(self) -> tuple[str, str]:
        """The next one as (kind, text); ("end", "") after the last."""
        return self._found[self._at] if self._at < len(self._found) else ("end", "")

    def take(self) -> tuple[str, str]:
        """Return the next one and continue."""
        found = self.ahead
        self._at += 1
        return found

    def takes(self, mark: str) -> bool:
        """Take a mark if it is next."""
        if self.ahead in (("mark", mark), ("arrow", mark)):
            self._at += 1
            return True
        return False

    def name(self) -> str:
        """Take a name.

        Raises:
            ProblemError: Something else is next.
        """
        kind, text = self.take()
        if kind not in ("word", "quoted"):
            if kind == "end":
                raise ProblemError("the DOT graph ends in the middle: write the whole of it")
            raise ProblemError(f"the DOT graph has {one_line(text, 40)!r} where a name should be")
        while self.takes("+"):
            text += self.take()[1]
        return text


def _tokens(content: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(content):
        found = _TOKEN.match(content, at)
        if found is None:
            line = content.count("\n", 0, at) + 1
            raise ProblemError(f"line {line} of the DOT graph cannot be read: {one_line(content[at : at + 40], 40)!r}")
        if found.lastgroup == "quoted":
            yield "quoted", found["quoted"][1:-1].replace("\\\n", "").replace('\\"', '"')
        elif found.lastgroup is not None:
            yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def read_dot(content: str) -> Problem:
    """Read a directed graph; subgraphs are flat, and nodes that bazel joins into one stay apart.

    Raises:
        ProblemError: It is none.
    """
    tokens = _Tokens(content)
    words = []
    while tokens.ahead[0] in ("word", "quoted"):
        words.append(tokens.take()[1])
    kind = next((word.lower() for word in words if word.lower() in ("digraph", "graph")), "")
    if kind != "digraph" or not tokens.takes("{"):
        raise ProblemError("the DOT graph must begin with digraph NAME {: only directed graphs say what needs what")
    graph = _Graph()
    graph.read(tokens)
    if tokens.ahead[0] != "end":
        raise ProblemError("the DOT graph continues after its last }: give one graph a file")
    return graph.problem()


class _Graph:
    """Nodes and edges as statements name them."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._nodes: dict[str, None] = {}
        self._edges: list[tuple[str, str, Kind]] = []

    def read(self, tokens: _Tokens) -> None:
        """Read statements to the end of the graph, and of each subgraph in it."""
        depth = 1
        while depth:
            if tokens.takes(";") or tokens.takes(","):
                continue
            if tokens.takes("}"):
                depth -= 1
            elif tokens.takes("{"):
                depth += 1
            elif tokens.ahead[0] == "end":
                raise ProblemError("the DOT graph ends before its last }")
            else:
                self._statement(tokens)
            if tokens.ahead[0] == "arrow":
                raise ProblemError("the DOT graph has an arrow from or to a whole subgraph: write each edge out")

    def _statement(self, tokens: _Tokens) -> None:
        if tokens.ahead == ("word", "subgraph"):
            tokens.take()
            if tokens.ahead[0] in ("word", "quoted"):
                tokens.take()
            return
        first = self._node(tokens)
        if tokens.takes("="):  # an attribute of the graph
            tokens.name()
        else:
            self._nodes_and_edges(tokens, first)

    def _nodes_and_edges(self, tokens: _Tokens, first: str) -> None:
        chain = [first]
        while tokens.takes("->"):
            chain.append(self._node(tokens))
        if tokens.ahead[0] == "arrow":
            raise ProblemError("the DOT graph has an edge without a direction: write ->")
        attributes = self._attributes(tokens)
        if len(chain) == 1 and first.lower() in _KEYWORDS:
            return
        for name in chain:
            for one in name.split("\\n"):
                self._nodes.setdefault(one)
        kind = KINDS.get(attributes.get("kind", ""), Kind.REQUIRED)
        self._edges += [
            (one, other, kind)
            for here, there in pairwise(chain)
            for one in here.split("\\n")
            for other in there.split("\\n")
        ]
        if len(chain) == 1 and re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", attributes.get("seconds", "")):
            self._seconds[first] = float(attributes["seconds"])

    @staticmethod
    def _node(tokens: _Tokens) -> str:
        name = tokens.name()
        while tokens.takes(":"):  # a port, and a side of it
            tokens.name()
        return name

    @staticmethod
    def _attributes(tokens: _Tokens) -> dict[str, str]:
        found: dict[str, str] = {}
        while tokens.takes("["):
            while not tokens.takes("]"):
                if tokens.takes(",") or tokens.takes(";"):
                    continue
                name = tokens.name()
                found[name] = tokens.name() if tokens.takes("=") else "true"
        return found

    def problem(self) -> Problem:
        """Make the problem."""
        found = Collection("dot")
        for name in self._nodes:
            found.add(name, name, seconds=self._seconds.get(name))
        for one, other, kind in self._edges:
            found.need(one, other, kind)
        return found.problem()
