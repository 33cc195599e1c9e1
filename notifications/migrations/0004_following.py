import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0009_rules"),
        ("notifications", "0003_slack"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="dedupe_key",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="GapWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reminded_at", models.DateTimeField(null=True)),
                ("covered_at", models.DateTimeField(null=True)),
                (
                    "pool",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="reviewers.pool",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                (
                    "reviewer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quiet_hours",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("start", models.TimeField()),
                ("end", models.TimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("start", models.F("end")), _negated=True),
                        name="quiet_hours_leave_some_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SlackPost",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="posted",
                        serialize=False,
                        to="notifications.delivery",
                    ),
                ),
                ("channel", models.TextField(default="")),
                ("ts", models.TextField(default="")),
                ("wanted", models.PositiveIntegerField()),
                ("shown", models.PositiveIntegerField()),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="escalations.escalation"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="delivery",
            name="post",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="updates",
                to="notifications.slackpost",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("post__isnull", False)), fields=["post"], name="updates_of_post"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dedupe_key__isnull", False)),
                fields=("dedupe_key",),
                name="one_delivery_per_dedupe_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="gapwarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("covered_at", None)), fields=("pool", "start_at"), name="a_gap_is_told_of_once"
            ),
        ),
        migrations.AddIndex(
            model_name="slackpost",
            index=models.Index(fields=["channel", "ts"], name="slack_posts_by_place"),
        ),
    ]
