"""Do the spec tables notice when a rule is wrong? Small faults are put into the rules one at a time.

    python -m benchmarks.mutate_rules [--sample 600] [--seed 1] [--shared]

Each mutant (a comparison moved by one, a number by one, `and` for `or`, a yes for a no, another colour, `not` left out) runs in
a forked process against the lines of its rule's table, with all that the rule's page in docs/ shows of them (a test holds
these pages to the code); one that survives runs through the rule's whole spec module.
`--shared` also takes the files that rules share (intervals, evidence, scope, tier) against all tables. Prints the kill
rate for each file and every survivor with its line, to be read by a person: some faults cannot show.
"""

import argparse
import ast
import importlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from app.rules.catalogue import CATALOGUE
from scripts.build_rule_docs import case_table
from tests.spec.rules.chart import policy
from tests.spec.rules.pinned import Line, lines

ROOT = Path(__file__).parent.parent
ELEMENTS = ROOT / "app" / "rules" / "elements"
SHARED = ("interval", "done_item", "screening", "reading", "scope", "ltot", "tier")
SPEC = ROOT / "tests" / "spec" / "rules"
OF_ALL_RULES = ("not_recorded_here", "boundaries", "cds_traps", "recorded_facts")
"""Small spec modules that hold a few lines about each of several rules."""
SECONDS = 120
"""A mutant that runs longer is a loop without end, and noticed."""

COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COLOURS = {"RED": "YELLOW", "YELLOW": "GREEN", "GREEN": "YELLOW", "GREY": "GREEN", "NOT_APPLICABLE": "GREEN"}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: in which file, on which line, what; `place` and `number` find it in the tree again."""

    path: Path
    line: int
    what: str
    place: int
    number: int

    def tree(self) -> ast.Module:
        """The file with the fault in it."""
        tree = ast.parse(self.path.read_text(encoding="utf-8"))
        _, put = list(_faults(list(_judging(tree))[self.place]))[self.number]
        put()
        return ast.fix_missing_locations(tree)

    @property
    def module(self) -> str:
        """Dotted name of the file."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} {self.what}"


# --- faults ----------------------------------------------------------------------------------------------------------


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every fault that can be put into one file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for place, node in enumerate(_judging(tree)):
        for number, (what, _) in enumerate(_faults(node)):
            yield Mutant(path, node.lineno, what, place, number)


Node = ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Constant | ast.Attribute | ast.BinOp


def _judging(tree: ast.Module) -> Iterator[Node]:
    """Nodes inside functions and module constants; annotations, decorators and the rule's own header are left out."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Assign) and not _is_header(statement):
            yield from (node for node in _walk(statement) if isinstance(node, Node))


def _is_header(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in {"RULE", "ITEM"}


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "keywords" if _is_dataclass(node) else ""}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _is_dataclass(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "dataclass"


def _faults(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """(what, how to put it in) for one node. `how` changes the node in place."""
    if isinstance(node, ast.Compare):
        other = COMPARE.get(type(node.ops[0]))
        if other:
            yield f"{_sign(node.ops[0])} becomes {_sign(other())}", lambda: node.ops.__setitem__(0, other())
    elif isinstance(node, ast.BoolOp):
        swapped = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{_sign(node.op)} becomes {_sign(swapped)}", lambda: setattr(node, "op", swapped)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not is left out", lambda: setattr(node, "op", ast.UAdd()) if _to_bool(node) else None
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        flipped = not node.value
        yield f"{node.value} becomes {flipped}", lambda: setattr(node, "value", flipped)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        more = node.value + 1
        yield f"{node.value} becomes {more}", lambda: setattr(node, "value", more)
    elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Status" and node.attr in COLOURS:
        other_colour = COLOURS[node.attr]
        yield f"{node.attr} becomes {other_colour}", lambda: setattr(node, "attr", other_colour)
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node):
        turned = ARITHMETIC[type(node.op)]()
        yield f"{_sign(node.op)} becomes {_sign(turned)}", lambda: setattr(node, "op", turned)


def _to_bool(node: ast.UnaryOp) -> bool:
    """`not x` becomes `+bool(x)`: true where x is."""
    node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    return True


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(each, ast.Constant | ast.JoinedStr) and not _is_number(each) for each in (node.left, node.right)
    )


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _sign(operator: ast.AST) -> str:
    return type(operator).__name__


# --- running one -----------------------------------------------------------------------------------------------------


def is_noticed(mutant: Mutant | None, asked: list[Line], modules: list[str], pages: dict[str, str]) -> bool:
    """Whether a line, or else a test of the spec modules, fails with the fault in (None: without any). The fault lives in a
    fork only."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    signal.alarm(SECONDS if mutant else 10 * SECONDS)  # its default action ends the fork, which counts as noticed
    os._exit(_run(mutant, asked, modules, pages))


def _run(mutant: Mutant | None, asked: list[Line], modules: list[str], pages: dict[str, str]) -> int:
    """In the fork: 0 when nobody noticed."""
    try:
        if mutant:
            put_in(importlib.import_module(mutant.module), mutant.tree())
        if not all(line.holds(policy(line.pack)) for line in asked):
            return 1
        if any(case_table(rule) != page for rule, page in pages.items()):
            return 1
    except Exception:
        return 1
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    return int(pytest.main([*modules, "-q", "-x", "-p", "no:cacheprovider", "--timeout=0"]))


def put_in(module: ModuleType, tree: ast.Module) -> None:
    """Give the loaded functions the code of the faulty ones, so that everybody who holds them has the fault."""
    faulty = ModuleType(module.__name__)
    faulty.__file__ = module.__file__
    sys.modules[module.__name__] = faulty  # dataclasses look their module up while they are made
    exec(compile(tree, str(module.__file__), "exec"), faulty.__dict__)
    sys.modules[module.__name__] = module
    for name, new in list(faulty.__dict__.items()):
        old = module.__dict__.get(name)
        if isinstance(old, FunctionType) and isinstance(new, FunctionType) and old.__module__ == module.__name__:
            _exchange(old, new)
        elif not name.startswith("__") and not isinstance(new, ModuleType | type | FunctionType) and name != "RULE":
            module.__dict__[name] = new


def _exchange(old: FunctionType, new: FunctionType) -> None:
    """A plain function gets the new code; one that `once` remembers keeps its wrapper and gets the new function inside."""
    if old.__closure__ and new.__closure__:
        for mine, theirs in zip(old.__closure__, new.__closure__, strict=True):
            if isinstance(mine.cell_contents, FunctionType) and isinstance(theirs.cell_contents, FunctionType):
                _exchange(mine.cell_contents, theirs.cell_contents)
        return
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


# --- the run ---------------------------------------------------------------------------------------------------------


def files(shared: bool) -> list[Path]:
    """Rule files, and with `shared` what they share."""
    rules = [ELEMENTS / f"{entry.rule.id}.py" for entry in CATALOGUE]
    base = [ELEMENTS.parent / f"{name}.py" for name in SHARED]
    evidence = sorted((ELEMENTS.parent / "evidence").glob("*.py"))
    return [*rules, *(path for path in (*base, *evidence) if shared and path.is_file())]


@lru_cache(maxsize=1)
def all_pages() -> dict[str, str]:
    """What the page of each rule shows of its cases."""
    return {entry.rule.id: case_table(entry.rule.id) for entry in CATALOGUE}


def tables_of(path: Path) -> tuple[list[Line], list[str], dict[str, str]]:
    """The lines, spec modules and pages that hold one file: its own, or all for a shared one."""
    if path.parent == ELEMENTS:
        rule = path.stem
        return (
            [line for line in lines() if line.table == rule],
            [str(SPEC / f"test_{name}.py") for name in (rule, *OF_ALL_RULES)],
            {rule: all_pages()[rule]},
        )
    left_out = {"test_every_threshold", "test_promises"}
    modules = [str(each) for each in sorted(SPEC.glob("test_*.py")) if each.stem not in left_out]
    return list(lines()), modules, all_pages()


def main() -> int:
    """0 when at least `--least` percent were noticed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=95.0)
    parser.add_argument("--shared", action="store_true")
    asked = parser.parse_args()
    every = [mutant for path in files(asked.shared) for mutant in mutants_of(path)]
    chosen = sorted(random.Random(asked.seed).sample(every, min(asked.sample, len(every))), key=str)
    modules = [module for path in {mutant.path for mutant in chosen} for module in tables_of(path)[1]]
    if is_noticed(None, list(lines()), sorted(set(modules)), all_pages()):
        print("A test fails without any fault: mend that first, else every fault seems noticed.")
        return 2
    began = time.monotonic()
    made: Counter[Path] = Counter()
    survivors: list[Mutant] = []
    for mutant in chosen:
        made[mutant.path] += 1
        if not is_noticed(mutant, *tables_of(mutant.path)):
            survivors.append(mutant)
            print(f"survived: {mutant}", flush=True)
    return report(made, survivors, len(every), time.monotonic() - began, asked.least)


def report(made: Counter[Path], survivors: list[Mutant], possible: int, seconds: float, least: float) -> int:
    """The kill rate of each file and of all."""
    alive = Counter(mutant.path for mutant in survivors)
    for path in sorted(made):
        print(f"{path.relative_to(ROOT)!s:<45} {made[path] - alive[path]:>4} of {made[path]:>4} noticed")
    total = sum(made.values())
    rate = 100 * (total - len(survivors)) / total
    print(
        f"{total} of {possible} possible faults put in, {total - len(survivors)} noticed: {rate:.1f} % in {seconds:.0f} s"
    )
    return 0 if rate >= least else 1


if __name__ == "__main__":
    sys.exit(main())
