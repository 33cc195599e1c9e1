"""`python -m benchmarks.figures smoke|full` measures with the servers that `python -m benchmarks` starts for it."""

import sys

from benchmarks.figures import claims, create, deliveries, lists, live, scene, sweeps
from benchmarks.figures.report import SIZES, Broken, Figure, show


def main() -> int:
    size = SIZES[sys.argv[1]]
    figures: list[Figure] = []
    try:
        scene.manage("release")
        with scene.web():
            figures += create.measure(size)
            figures += live.measure(size)
            figures += lists.measure(size)
        figures += sweeps.measure(size)
        figures += claims.measure(size)
        figures += deliveries.measure(size)
    except Broken as broken:
        log = scene.LOG.read_text(errors="replace")[-4000:] if scene.LOG.exists() else ""
        print(f"{log}\nBroken: {broken}", file=sys.stderr)
        return 1
    finally:
        show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
