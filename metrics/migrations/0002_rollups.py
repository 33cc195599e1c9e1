import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import metrics.models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0011_reasons"),
        ("metrics", "0001_tallies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "cut",
                        "grain",
                        "at",
                        "pool",
                        "agent",
                        "priority",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("cut", models.SmallIntegerField()),
                ("grain", models.SmallIntegerField(choices=[(0, "Hour"), (1, "Day"), (2, "Month")])),
                ("at", models.DateTimeField()),
                ("pool", models.BigIntegerField()),
                ("agent", models.BigIntegerField()),
                ("priority", models.TextField()),
                ("key", models.TextField()),
                ("created", models.BigIntegerField()),
                ("assigned", models.BigIntegerField()),
                ("claimed", models.BigIntegerField()),
                ("answered", models.BigIntegerField()),
                ("cancelled", models.BigIntegerField()),
                ("expired", models.BigIntegerField()),
                ("replayed", models.BigIntegerField()),
                ("due", models.BigIntegerField()),
                ("in_time", models.BigIntegerField()),
                ("pressing", models.BigIntegerField()),
                ("inverted", models.BigIntegerField()),
                ("repeated", models.BigIntegerField()),
                ("looped", models.BigIntegerField()),
                ("rated", models.BigIntegerField()),
                ("avoidable", models.BigIntegerField()),
                ("undelivered", models.BigIntegerField()),
                ("answers", models.BigIntegerField()),
                ("assignment_total", metrics.models.Number()),
                ("assignment_lanes", metrics.models.Number()),
                ("claim_total", metrics.models.Number()),
                ("claim_lanes", metrics.models.Number()),
                ("resolution_total", metrics.models.Number()),
                ("resolution_lanes", metrics.models.Number()),
                ("delivery_total", metrics.models.Number()),
                ("delivery_lanes", metrics.models.Number()),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("agent_id", models.BigIntegerField()),
                ("fingerprint", models.UUIDField()),
                ("run_id", models.TextField(null=True)),
                ("first_pool", models.BigIntegerField()),
                ("first_queue_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("waited", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("is_counted", models.BooleanField(db_default=False)),
                ("pool_id", models.BigIntegerField(null=True)),
                ("priority", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
                ),
                ("assigned_in", models.BigIntegerField(null=True)),
                ("claimed_in", models.BigIntegerField(null=True)),
                ("resolved_in", models.BigIntegerField(null=True)),
                ("first_assignee", models.UUIDField(null=True)),
                ("first_claimer", models.UUIDField(null=True)),
                ("answerer", models.UUIDField(null=True)),
                (
                    "assignees",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                (
                    "claimers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), null=True, size=None),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(null=True)),
                ("is_due", models.BooleanField(null=True)),
                ("in_time", models.BooleanField(null=True)),
                ("avoidable", models.BooleanField(null=True)),
                ("is_inverted", models.BooleanField(null=True)),
                ("is_repeated", models.BooleanField(null=True)),
                ("is_looped", models.BooleanField(null=True)),
                (
                    "delivered_in",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("undelivered", models.IntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agent_id", "fingerprint", "created_at"], name="facts_by_what_is_asked"),
                    models.Index(
                        condition=models.Q(("run_id__isnull", False)),
                        fields=["agent_id", "run_id", "created_at"],
                        name="facts_by_run",
                    ),
                    models.Index(fields=["first_pool", "claimed_at"], name="facts_by_claim"),
                    models.Index(fields=["created_at"], name="facts_by_creation"),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["answered_at"],
                        name="facts_by_answer",
                    ),
                    django.contrib.postgres.indexes.GistIndex(fields=["waited"], name="facts_by_wait"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Runs",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField()),
                ("count", models.BigIntegerField()),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="escalations.agent",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "runs",
                "constraints": [
                    models.UniqueConstraint(fields=("agent", "hour"), name="one_count_of_runs_per_agent_and_hour"),
                    models.CheckConstraint(condition=models.Q(("count__gte", 0)), name="runs_are_counted_up"),
                ],
            },
        ),
    ]
