"""`python -m benchmarks.figures smoke|full` measures with the servers that `python -m benchmarks` starts for it."""

import sys

from benchmarks.figures import claims, create, deliveries, lists, live, scene, sweeps
from benchmarks.figures.report import SIZES, Broken, show, show_heads


def main() -> int:
    size = SIZES[sys.argv[1]]
    show_heads()
    try:
        scene.manage("release")
        with scene.web():
            for figure in (create, live, lists):
                show(figure.measure(size))
        for figure in (sweeps, claims, deliveries):
            show(figure.measure(size))
    except Broken as broken:
        log = scene.LOG.read_text(errors="replace")[-4000:] if scene.LOG.exists() else ""
        print(f"{log}\nBroken: {broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
