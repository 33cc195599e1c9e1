"""Why agents escalate: each task is sorted into the leads' reasons some seconds after it came (docs/reasons.md)."""
