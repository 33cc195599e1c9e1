"""What is on the desk while its pictures are taken, and which pictures there are."""

import django

django.setup()
