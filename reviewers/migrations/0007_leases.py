import datetime

import django.contrib.postgres.fields
from django.db import migrations, models

# What is assigned by now has the whole time to be claimed; else all of it would lapse with the first sweep.
SINCE_NOW = "UPDATE reviewers_pool SET assign_within_since = now()"


class Migration(migrations.Migration):
    dependencies = [
        ("reviewers", "0006_oncall"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="assign_within_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="pool",
            name="claim_within",
            field=models.DurationField(
                blank=True,
                db_default=datetime.timedelta(seconds=900),
                help_text="What somebody claimed and did nothing with for this long goes back to the queue. "
                "Empty: never.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="has_key_leases",
            field=models.BooleanField(
                db_default=False,
                help_text="Whoever works through the API keeps it by claiming it again in time.",
                verbose_name="also what is claimed with an API key",
            ),
        ),
        migrations.AddField(
            model_name="pool",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                db_default=[],
                help_text="What everybody who sits here is taken to know.",
                size=None,
            ),
        ),
        migrations.RunSQL(SINCE_NOW, migrations.RunSQL.noop),
    ]
