from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.renderings.line import Line, LineFull

OWNERS = st.sampled_from("abcd")


def served(line: Line[str], busy: Counter[str] | None = None) -> list[str]:
    """Everything that waits, taken as its turn comes; an item's first letter is its owner."""
    taken = []
    while order := line.order(busy or {}):
        taken.append(order[0])
        line.remove(order[0][0], order[0])
    return taken


def filled(*items: str) -> Line[str]:
    line = Line[str]()
    for item in items:
        line.add(item[0], item)
    return line


def test_owners_take_turns_whatever_one_of_them_has_ordered() -> None:
    assert served(filled("a1", "a2", "a3", "b1", "c1", "c2")) == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_what_is_being_done_for_an_owner_counts_as_a_turn() -> None:
    line = filled("a3", "a4", "b1")
    assert line.order(Counter("aa")) == ["b1", "a3", "a4"]


def test_only_the_first_of_an_owners_orders_is_a_turn() -> None:
    line = filled("a1", "a2", "a3", "b1")
    line.remove("a", "a2")
    assert line.order({}) == ["a1", "b1", "a3"]
    line.remove("a", "a1")
    assert line.order({}) == ["b1", "a3"]
    assert len(line) == 2


def test_the_line_has_two_ends() -> None:
    line = Line[str](most_of_one=2, most=3)
    for item in ("a1", "a2"):
        line.check("a")
        line.add("a", item)
    with pytest.raises(LineFull, match="2 of your videos wait already; wait until one is done") as own:
        line.check("a")
    line.add("b", "b1")
    with pytest.raises(LineFull, match="3 videos wait to be made, and no more are taken; try again") as all_:
        line.check("c")
    assert (own.value.own, all_.value.own) == (True, False)
    line.remove("a", "a1")
    line.check("c")


@given(st.lists(OWNERS, max_size=30))
def test_each_owners_orders_keep_their_order_and_none_is_lost(owners: list[str]) -> None:
    items = [f"{owner}{number:02}" for number, owner in enumerate(owners)]
    taken = served(filled(*items))
    assert sorted(taken) == sorted(items)
    for owner in set(owners):
        assert [item for item in taken if item[0] == owner] == [item for item in items if item[0] == owner]


@given(st.lists(st.one_of(OWNERS, st.none()), max_size=60))
def test_while_somebody_waits_nobody_else_is_served_twice(steps: list[str | None]) -> None:
    """Orders come in (an owner) while others are taken (None)."""
    line, waits, served_since = Line[str](), Counter[str](), dict[str, Counter[str]]()
    for number, owner in enumerate([*steps, *[None] * len(steps)]):
        if owner is not None:
            if not waits[owner]:
                served_since[owner] = Counter()
            waits[owner] += 1
            line.add(owner, f"{owner}{number}")
        elif order := line.order({}):
            turn = order[0][0]
            line.remove(turn, order[0])
            waits[turn] -= 1
            served_since[turn] = Counter()
            for other, since in served_since.items():
                if other != turn and waits[other]:
                    since[turn] += 1
                    assert since[turn] <= 1, (other, since)
