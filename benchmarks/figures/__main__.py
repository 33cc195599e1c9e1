"""`python -m benchmarks.figures smoke|full` measures with the servers that `python -m benchmarks` starts for it."""

import sys

from benchmarks.figures import (
    claims,
    comings,
    create,
    deliveries,
    desk_live,
    desk_outage,
    desk_pages,
    desk_soak,
    lists,
    live,
    policies,
    scene,
    sweeps,
)
from benchmarks.figures.report import SIZES, Broken, Size, show, show_heads
from tests import chrome


def main() -> int:
    size = SIZES[sys.argv[1]]
    show_heads()
    try:
        scene.manage("release")
        with scene.web():
            for figure in (create, live, lists):
                show(figure.measure(size))
            show(desk_pages.measure_lists(size))
        # The day of comings and goings takes its time; the tests live through a shorter one.
        lives = () if size == SIZES["smoke"] else (comings,)
        for figure in (sweeps, policies, claims, deliveries, *lives):
            show(figure.measure(size))
        with scene.web(scene.IN_ONE_PROCESS):
            show(live.measure_one_process(size))
        _desk(size)
    except Broken as broken:
        log = scene.LOG.read_text(errors="replace")[-4000:] if scene.LOG.exists() else ""
        print(f"{log}\nBroken: {broken}", file=sys.stderr)
        return 1
    return 0


def _desk(size: Size) -> None:
    if chrome.path() is None:
        print("The figures of what a browser shows are left out: there is no Chromium here.")
        return
    # What a page has grown by after a long day is for the full run: it takes its time to settle, twice.
    looks = (desk_pages, desk_live) if size == SIZES["smoke"] else (desk_pages, desk_live, desk_soak)
    with scene.web():
        for figure in looks:
            show(figure.measure(size))
    show(desk_outage.measure(size))


if __name__ == "__main__":
    sys.exit(main())
