"""Charts as plain data: where each mark lies, ready for the templates of `templates/metrics/charts/`.

Nothing here knows of escalations, colours or pages. Widths are percentages, so that a chart fits any window while its
words keep their size; heights are pixels.
"""
