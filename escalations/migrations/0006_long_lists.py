"""What the long lists of the admin are found by: a pool, a tag, and, in the audit log, a day and a kind of event.

The indexes on agent and pool alone go: `of_agent` and `of_pool` begin with them.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0005_desk"),
        ("reviewers", "0003_desk"),
    ]

    operations = [
        migrations.AlterField(
            model_name="escalation",
            name="agent",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="escalations",
                to="escalations.agent",
            ),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="pool",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="escalations",
                to="reviewers.pool",
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["pool", "-created_at", "-id"], name="of_pool"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="by_tag"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["-at", "-id"], name="events_by_time"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["type", "-at", "-id"], name="events_by_type"),
        ),
    ]
