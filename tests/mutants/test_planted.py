"""The tests are tested: planted mistakes are caught. Two of them here, all by ``make mutants``."""

from __future__ import annotations

import pytest
from tests.mutants.__main__ import ROOT, is_caught
from tests.mutants.planted import MUTANTS

QUICK = ("an unbounded queue", "RECONNECT ignored")


def test_every_mistake_can_be_planted_where_it_says():
    for mutant in MUTANTS:
        text = (ROOT / "src" / "hubbub" / mutant.file).read_text("utf-8")
        assert text.count(mutant.old) == 1, mutant.name
        path, _, name = mutant.test.partition("::")
        assert name.partition("[")[0] in (ROOT / path).read_text("utf-8"), mutant.test


@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.name in QUICK], ids=lambda one: one.name)
def test_quick_ones_are_caught(mutant):
    assert is_caught(mutant)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", [mutant for mutant in MUTANTS if mutant.name not in QUICK], ids=lambda one: one.name)
def test_all_others_are_caught(mutant):
    assert is_caught(mutant)
