"""`python -m benchmarks.figures smoke|full` measures with the servers that `python -m benchmarks` starts for it."""

import sys

from benchmarks.figures import claims, create, scene, sweeps
from benchmarks.figures.report import SIZES, Broken, Figure, show


def main() -> int:
    size = SIZES[sys.argv[1]]
    figures: list[Figure] = []
    try:
        scene.manage("release")
        with scene.web():
            figures += create.measure(size)
        figures += claims.measure(size)
        figures += sweeps.measure(size)
    except Broken as broken:
        print(f"Broken: {broken}", file=sys.stderr)
        return 1
    finally:
        show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
