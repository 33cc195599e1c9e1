"""One module per figure: `measure(size)` makes the rows it needs, and raises Broken when something comes out wrong."""

import django

django.setup()
