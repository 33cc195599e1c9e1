"""The page of the figures, its files, and the weekly report: they show what `metrics/measures/` says."""
