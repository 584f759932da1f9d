"""What a shared file hides cannot be worked out, even by a reader who knows every rule.

The reader of the later tests knows each history that could have been. Of all histories of a small
world that lead to the same files, no two agree on a small number that is not shown: otherwise that
number would be certain, by whatever arithmetic.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

import pytest

from casework.policies.count_periods import Month, month_period
from casework.policies.shared_periods import NotShareable, SharedPeriod, must_meet
from casework.policies.suppression import (
    LINE,
    DoesNotAddUp,
    TooSmall,
    legend,
    levels_are_large,
    to_share,
)

FLOOR = 4
PARTS = {
    "age": ("0", "5"),
    "sex": ("female", "male"),
    "placement": ("home",),
    "race": ("white", "hispanic"),
    "type": ("endangered", "critical_young_adult", "young_adult", "not_recorded"),
    "length": ("0",),
    "end_reason": ("returned", "closed"),
}
LARGE = {
    "started": 60,
    "age.0": 20,
    "age.5": 40,
    "sex.female": 35,
    "sex.male": 25,
    "placement.home": 60,
    "race.white": 40,
    "race.hispanic": 20,
    "type.young_adult": 40,
    "type.not_recorded": 20,
    "ended": 50,
    "length.0": 50,
    "end_reason.returned": 30,
    "end_reason.closed": 20,
    "median": 50_000,
    "mean": 61_000,
    "longest": 900_000,
    "flag.none": 60,
    "police.on_time": 60,
    "police.female.on_time": 35,
    "police.male.on_time": 25,
    "at_start": 15,
    "at_end": 25,
    "youth": 63,
    "youth_2": 12,
}


def of(total: str, number: int, **parts: int) -> dict[str, int]:
    """Figures of one total, all in one part where nothing else is said."""
    figures = {total: number} | parts
    alone = {
        "started": ("age.5", "sex.female", "placement.home", "race.white", "type.young_adult"),
        "ended": ("length.0",),
    }[total]
    for key in alone:
        if not any(part.startswith(key.split(".")[0] + ".") for part in parts):
            figures[key] = number
    return figures


def test_what_is_large_is_shown_to_the_hour_and_the_one_longest_never():
    shared = to_share(LARGE, PARTS)

    assert shared["started"] == 60
    assert shared["police.female.on_time"] == 35
    assert shared["police.late"] == 0
    assert (shared["median"], shared["mean"]) == (14 * 3600, 17 * 3600)
    assert "longest" not in shared


def test_how_many_were_missing_and_different_youth_are_left_out_unless_they_are_asked_for():
    assert not {"at_start", "at_end", "youth"} & to_share(LARGE, PARTS).keys()

    shared = to_share(LARGE, PARTS, with_levels=True)

    assert (shared["at_start"], shared["at_end"], shared["youth"]) == (15, 25, 63)


def test_how_many_were_missing_is_refused_where_any_of_the_line_is_small():
    small = LARGE | {"at_start": 3, "at_end": 13}

    with pytest.raises(TooSmall):
        to_share(small, PARTS, with_levels=True)


def test_a_small_total_hides_all_it_is_divided_into_zeros_too():
    shared = to_share(of("started", 7), PARTS)

    of_started = ("started", "age", "sex", "placement", "type", "race", "flag", "police", "ncmec")
    assert [key for key in shared if key.startswith(of_started) and shared[key] is not None] == []
    assert shared["ended"] == 0


def test_nothing_is_shown_as_zero():
    shared = to_share({}, PARTS)

    assert shared["started"] == 0
    assert shared["age.0"] == 0
    assert shared["police.late"] == 0


def test_types_are_shown_all_or_none_beside_how_many_are_18_and_over():
    listed = {"type.endangered": 18, "type.young_adult": 25, "type.critical_young_adult": 15}
    shared = to_share(LARGE | listed | {"type.not_recorded": 2}, PARTS)
    assert {shared[f"type.{one}"] for one in PARTS["type"]} == {None}

    shared = to_share(LARGE | listed | {"type.endangered": 20, "type.not_recorded": 0}, PARTS)
    assert shared["type.endangered"] == 20

    # 3 of those of 18 and over are listed as something else than young adults.
    told = {"type.endangered": 23, "type.young_adult": 22, "type.critical_young_adult": 15}
    shared = to_share(LARGE | told | {"type.not_recorded": 0}, PARTS)
    assert {shared[f"type.{one}"] for one in PARTS["type"]} == {None}


def test_figures_that_were_locked_before_race_and_type_were_recorded_say_nothing_of_them():
    parts = {figure: of for figure, of in PARTS.items() if figure not in ("race", "type")}

    shared = to_share(LARGE | {"race.not_recorded": 60}, parts)

    assert not [key for key in shared if key.startswith(("race", "type"))]
    kept = to_share(LARGE, PARTS)
    assert shared == {key: kept[key] for key in shared}


def test_a_small_race_is_hidden_with_another_one():
    parts = PARTS | {"race": ("white", "asian", "hispanic")}

    shared = to_share(LARGE | {"race.white": 35, "race.asian": 5, "race.hispanic": 20}, parts)

    assert [shared[f"race.{one}"] for one in parts["race"]] == [None, None, 20]


def test_the_same_episodes_under_another_name_are_hidden_with_them():
    small = {"age.0": 55, "age.5": 5, "type.young_adult": 5, "type.not_recorded": 55}
    shared = to_share(LARGE | small, PARTS)

    assert shared["age.5"] is None
    assert shared["type.young_adult"] is None
    assert shared["type.not_recorded"] is None


def test_lengths_are_hidden_beside_a_hidden_band():
    parts = PARTS | {"length": ("0", "1")}

    shared = to_share(LARGE | {"length.0": 47, "length.1": 3}, parts)

    assert shared["median"] is None
    assert shared["mean"] is None


def test_parts_that_do_not_come_to_their_total_are_no_ground_to_share_anything():
    with pytest.raises(DoesNotAddUp, match="age"):
        to_share(LARGE | {"age.0": 19}, PARTS)


def test_the_legend_says_what_hidden_means():
    assert legend() == "Hidden: 1 to 10, or a number from which one could be worked out."


def certain(worlds: Iterable[tuple[Mapping[str, int], object]]) -> tuple[list[str], int]:
    """Small numbers that the files make certain, and how many are hidden in all.

    A world is what the reader would like to know, and the files that it leads to.
    """
    possible: dict[object, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for wanted, files in worlds:
        for key, number in wanted.items():
            possible[files][key].add(number)
    found = [
        f"{key} is {next(iter(numbers))} in {files}"
        for files, by_key in possible.items()
        for key, numbers in by_key.items()
        if len(numbers) == 1 and 0 < next(iter(numbers)) < FLOOR
    ]
    small = sum(
        bool(numbers & set(range(1, FLOOR)))
        for by_key in possible.values()
        for numbers in by_key.values()
    )
    return found, small


def files_of(*published: Mapping[str, int | None]) -> object:
    return tuple(tuple(sorted(one.items())) for one in published)


def splits(total: int, into: int) -> Iterable[tuple[int, ...]]:
    if into == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, into - 1):
            yield (first, *rest)


def duty_worlds(most: int):
    """By sex: on time, late, and not due. The reader wants each, and what is not due."""
    for started in range(most + 1):
        for cells in splits(started, 6):
            (female, female_late, female_not), (male, male_late, male_not) = cells[:3], cells[3:]
            figures = of(
                "started",
                started,
                **{
                    "sex.female": sum(cells[:3]),
                    "sex.male": sum(cells[3:]),
                    "police.on_time": female + male,
                    "police.late": female_late + male_late,
                    "police.female.on_time": female,
                    "police.female.late": female_late,
                    "police.male.on_time": male,
                    "police.male.late": male_late,
                },
            )
            wanted = figures | {"not due": female_not + male_not, "girls not due": female_not}
            yield wanted, files_of(to_share(figures, PARTS, floor=FLOOR))


def ended_worlds(most: int):
    """Why episodes ended, and the screening of those that ended with a return."""
    for ended in range(most + 1):
        for done, not_done, not_due, closed in splits(ended, 4):
            figures = of(
                "ended",
                ended,
                **{
                    "end_reason.returned": done + not_done + not_due,
                    "end_reason.closed": closed,
                    "screening.on_time": done,
                    "screening.not_done": not_done,
                },
            )
            yield figures | {"not due": not_due}, files_of(to_share(figures, PARTS, floor=FLOOR))


def flag_worlds(most: int):
    """Two flags, both of them, none, and not assessed."""
    for started in range(most + 1):
        for one, other, both, none, not_assessed in splits(started, 5):
            figures = of("started", started) | {
                "flag.likely_trafficking": one + both,
                "flag.endangered": other + both,
                "flag.none": none,
                "flag.not_assessed": not_assessed,
            }
            wanted = figures | {"both": both, "one alone": one, "flagged": one + other + both}
            yield wanted, files_of(to_share(figures, PARTS, floor=FLOOR))


def type_worlds(most: int):
    """Of those of 18 and over and the younger ones: how NCMEC lists them, or that nobody knows."""
    for started in range(most + 1):
        for grown, critical, grown_none, young, young_none in splits(started, 5):
            figures = of(
                "started",
                started,
                **{
                    "age.5": grown + critical + grown_none,
                    "age.0": young + young_none,
                    "type.endangered": grown + young,
                    "type.critical_young_adult": critical,
                    "type.young_adult": grown_none,
                    "type.not_recorded": young_none,
                },
            )
            wanted = figures | {"grown": grown, "listed": grown + critical, "young": young}
            yield wanted, files_of(to_share(figures, PARTS, floor=FLOOR))


@pytest.mark.parametrize(
    ("worlds", "most"),
    [(duty_worlds, 11), (ended_worlds, 18), (flag_worlds, 14), (type_worlds, 16)],
)
def test_no_small_number_of_any_table_is_certain(worlds, most):
    found, hidden = certain(worlds(most))

    assert found == []
    assert hidden > 50


def levels(at_start: int, started: int, ended: int, **youth: int) -> dict[str, int]:
    line = {
        "at_start": at_start,
        "started": started,
        "ended": ended,
        "at_end": at_start + started - ended,
    }
    return (
        of("started", started) | of("ended", ended, **{"end_reason.closed": ended}) | line | youth
    )


def partitions(number: int, most: int) -> Iterable[tuple[int, ...]]:
    if number == 0:
        yield ()
    for first in range(min(number, most), 0, -1):
        for rest in partitions(number - first, first):
            yield (first, *rest)


def youth_worlds(most: int):
    """However often each youth was missing, in a file that says how many youth there were."""
    for times in (one for number in range(most + 1) for one in partitions(number, number)):
        youth = [sum(often >= least for often in times) for least in (1, 2, 3, 4)]
        at_start = min(4, youth[0])
        figures = levels(
            at_start,
            sum(times) - at_start,
            0,
            youth=youth[0],
            youth_2=youth[1],
            youth_3=youth[2],
        )
        try:
            shared = to_share(figures, PARTS, floor=FLOOR, with_levels=True)
        except TooSmall:
            continue
        wanted = figures | {"youth missing twice": youth[1] - youth[2], "youth_4": youth[3]}
        yield wanted, files_of(shared)


def test_how_often_youth_were_missing_is_never_certain_where_few_were():
    found, hidden = certain(youth_worlds(18))

    assert found == []
    assert hidden > 50


def months_worlds(most: int, *, with_levels: bool):
    """Two months in a row of few or many flows, and of any number missing before them; perhaps
    some more were found missing between the two locks, before the second month began.
    """
    flows = range(most + 1)
    published = {
        (started, ended): repr(files_of(to_share(levels(0, started, ended), PARTS, floor=FLOOR)))
        for started, ended in product(flows, flows)
    }
    keys = [[f"{key} of month {at}" for key in LINE] for at in range(2)]
    for revised, at_start, *pairs in product(
        range(FLOOR), range(4 * most), flows, flows, flows, flows
    ):
        lines, files, level = [], [], at_start
        for started, ended in (pairs[:2], pairs[2:]):
            lines.append((level, started, ended, level + started - ended))
            files.append(published[started, ended])
            level += started - ended + revised
        if min(level for line in lines for level in line) < 0:
            continue
        if with_levels:
            named = [dict(zip(LINE, line, strict=True)) for line in lines]
            if not all(levels_are_large(line, FLOOR) for line in named):
                continue
            first, second = named
            earlier = [SharedPeriod(period=month_period(Month(2026, 1)), figures=first)]
            try:
                must_meet(month_period(Month(2026, 2)), second, earlier)
            except NotShareable:
                del files[1:], lines[1:]
            files.append(repr(lines))
        wanted = {"revised": revised}
        for names, line in zip(keys, lines, strict=False):
            wanted |= zip(names, line, strict=True)
        yield wanted, tuple(files)


@pytest.mark.parametrize("with_levels", [False, True])
def test_files_of_months_in_a_row_make_no_small_number_certain(with_levels):
    found, _ = certain(months_worlds(6, with_levels=with_levels))

    assert found == []
