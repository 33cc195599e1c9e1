"""The weekly report: once a week and person, on Monday morning by their own clock, to whoever leads."""
