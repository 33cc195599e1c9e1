"""Where processes without a port keep what they count."""

from django.db import models


class Tally(models.Model):
    """One figure under its name and labels (a JSON list), of all processes together (see `tallies`)."""

    name = models.TextField()
    labels = models.TextField()
    value = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_tally_per_name_and_labels")]

    def __str__(self) -> str:
        return f"{self.name}{self.labels} = {self.value}"
