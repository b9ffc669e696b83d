"""`maker build_order`: the order without votes, what breaks when a module fails, and a monorepo to try it on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.resources import files as packaged

from maker_engine.arguments import Arguments
from maker_engine.core.errors import InputError, ProblemError
from maker_engine.input_files import exists, path_of, read_named
from maker_engine.output import say, write_document
from maker_engine.wording import count_of

from .choosing import needed_by, place_of, reach
from .exports import papers
from .formats.sniffing import READERS
from .loading import load_problem, sample
from .problem import AUTO, DROP, UNIT, Problem
from .ruling import Ruling

LARGEST = 64 << 20
EXAMPLES = """\
examples:
  maker build_order order uv.lock
  maker build_order order package-lock.json --changed git:main --as checklist.md
  maker build_order breaks httpcore uv.lock
  maker build_order monorepo ./shop && cd shop && maker run build_order --problem modules.yaml \\
      --exec 'python3 build.py {module}' --slots 3 --allow exec:python3

exit status: 0 answered, 2 bad input
"""
FORMS = ("order.txt", "checklist.md", "order.json", "build.mk", "order.dot", "schedule.txt")


def main(arguments: Sequence[str]) -> int:
    """Say what the order is, without votes, and what breaks when a module fails.

    Returns:
        The exit status: 0 answered.

    Raises:
        InputError: A flag or a file cannot be used.
    """
    chosen = _parser().parse_args(arguments)
    verbs = {"order": _order, "breaks": _breaks, "monorepo": _monorepo}
    try:
        return verbs[chosen.verb](chosen)
    except ProblemError as error:
        raise InputError(str(error)) from None


def _problem(chosen: Namespace) -> Problem:
    options: dict[str, int | str] = {
        name: value
        for name in ("format", "only", "cycles", "slots")
        if (value := getattr(chosen, name, None)) is not None
    }
    options["changed"] = "\n".join(getattr(chosen, "changed", None) or [])
    return load_problem(options, read_named(path_of(chosen.file), "problem file", LARGEST))


def _order(chosen: Namespace) -> int:
    ruling = Ruling(_problem(chosen))
    state = ruling.start()
    while (answer := ruling.right(state)) is not None:
        state = ruling.after(state, answer)
    written = papers(ruling, state)
    if chosen.form not in written:
        raise InputError(f"{chosen.form} needs --slots above 1, or modules that say how many seconds they take")
    write_document([written[chosen.form]])
    return 0


def _breaks(chosen: Namespace) -> int:
    problem = _problem(chosen)
    place = place_of(problem, chosen.module)
    ways = needed_by(problem)
    broken = sorted(reach([place], ways) - {place})
    names = problem.names
    direct = {*ways[place]}
    say(f"{count_of(len(broken), 'module')} cannot be built when {names[place]} fails, {len(direct)} of them directly")
    for one in broken:
        say(f"{'  ' if one in direct else '    '}{names[one]}")
    return 0


def _monorepo(chosen: Namespace) -> int:
    folder = path_of(chosen.folder)
    if exists(folder):
        raise InputError(f"{folder} is there already: name a folder that is not")
    text = sample("monorepo")
    problem = load_problem({}, text)
    try:
        folder.mkdir(parents=True)
        (folder / "modules.yaml").write_text(text, "utf-8")
        (folder / "build.py").write_text((packaged(__package__) / "data" / "build.py.txt").read_text("utf-8"), "utf-8")
        for module in problem.modules:
            (folder / module.path).mkdir()
            (folder / module.path / "source.py").write_text(f'NAME = "{module.name}"\n', "utf-8")
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}") from None
    say(f"{folder}: {count_of(len(problem.modules), 'module')}, modules.yaml, and build.py, which builds one of them")
    return 0


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker build_order",
        description="The order modules are built in.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    order = verbs.add_parser("order", help="print the order by the rule, without votes")
    _add_file(order)
    order.add_argument("--only", metavar="MODULE", help="this module and what it needs")
    order.add_argument("--changed", nargs="+", metavar="FILE", help="what is to be built again; or git:REF")
    order.add_argument("--cycles", choices=(AUTO, UNIT, DROP), help="what is made of a cycle (default auto)")
    order.add_argument("--slots", type=int, metavar="N", help="modules that are built at once (default 1)")
    order.add_argument("--as", dest="form", choices=FORMS, default=FORMS[0], help="(default order.txt)")
    breaks = verbs.add_parser("breaks", help="say what cannot be built when a module fails")
    breaks.add_argument("module", metavar="MODULE")
    _add_file(breaks)
    monorepo = verbs.add_parser("monorepo", help="write a monorepo of 12 modules to try it on")
    monorepo.add_argument("folder", metavar="DIR")
    return parser


def _add_file(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--format", choices=("auto", *READERS), help="its format (default auto)")
