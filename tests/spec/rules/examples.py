"""All examples of all tables, by rule: what is promised for every rule is tested on every one of them."""

import importlib
from functools import lru_cache
from pathlib import Path

from tests.spec.rules.chart import Example


@lru_cache(maxsize=1)
def examples_by_rule() -> dict[str, tuple[Example, ...]]:
    """Rule id → the lines of its table, taken from `test_<rule>.py`."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
    modules = {name.removeprefix("test_"): importlib.import_module(f"tests.spec.rules.{name}") for name in names}
    return {rule: module.EXAMPLES for rule, module in modules.items() if hasattr(module, "EXAMPLES")}


def all_examples() -> list[tuple[str, Example]]:
    """Every line with its rule."""
    return [(rule, example) for rule, lines in examples_by_rule().items() for example in lines]
