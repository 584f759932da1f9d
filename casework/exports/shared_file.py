"""The file to share: the counts with small numbers hidden, and nothing that would tell them."""

from dataclasses import replace
from typing import IO

from casework.access.exports import shared_so_far
from casework.exports.about import document_of
from casework.exports.count_tables import figure_cells, keys_of_figures
from casework.exports.document import CannotBeWritten, Column, Fact, Meaning, Sheet
from casework.exports.share import shared_figures
from casework.exports.work import Made, Work
from casework.exports.writers import write
from casework.operations.export_queue import Shared
from casework.policies.count_definitions import definition_of
from casework.policies.shared_periods import NotShareable, SharedPeriod
from casework.policies.suppression import DoesNotAddUp

_COLUMNS = (
    Column(key="key", label="Key"),
    Column(key="figure", label="Figure"),
    Column(key="part", label="Part"),
    Column(key="counted", label="Counted in"),
    Column(key="all", label="All", is_number=True),
)


def write_shared(work: Work, to: IO[bytes]) -> Made:
    """Write what may be shared, which is the same each time.

    Raises `CannotBeWritten` where nothing may be shared, with what to do instead.
    """
    earlier = shared_so_far()
    try:
        shared = shared_figures(
            work.scope,
            work.period,
            earlier=earlier,
            now=work.now,
            with_levels=work.export.with_levels,
        )
    except NotShareable as error:
        raise CannotBeWritten(str(error)) from error
    except DoesNotAddUp as error:
        raise CannotBeWritten(
            f"The figures of {work.period.label} do not add up, so nothing can be shared safely. "
            "Tell whoever runs Porchlight."
        ) from error
    rows = [
        [key, definition_of(key).label, part, *figure_cells(key, [shared.figures])]
        for key, part in keys_of_figures()
        if key in shared.figures
    ]
    used = {definition_of(key).key: definition_of(key) for key in shared.figures}
    document = document_of(
        replace(work, lock=shared.lock),
        sheets=[Sheet(key="figures", title="Figures", columns=_COLUMNS, rows=rows)],
        meanings=[Meaning(key=one.key, label=one.label, words=one.words) for one in used.values()],
        notes=[
            Fact(key=f"note_{number}", label="Note", value=words)
            for number, words in enumerate(shared.notes, start=1)
        ],
        versions=shared.versions,
    )
    write(document, work.file_format, to)
    said = SharedPeriod(period=work.period, figures=shared.figures, versions=shared.versions)
    return Made(rows=len(rows), lock=shared.lock, shared=Shared(said=said, beside=len(earlier)))
