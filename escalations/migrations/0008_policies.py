import datetime
from typing import Any

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

HOUR = datetime.timedelta(hours=1)
# What is shipped: name, priority, condition, after, action.
DEFAULTS = (
    ("Urgent, nobody is there: on call at once", "urgent", "nobody", 0 * HOUR, "notify_on_call"),
    ("Passed on by everybody: on call at once", None, "passed_on", 0 * HOUR, "notify_on_call"),
    ("Urgent, not claimed for an hour: on call", "urgent", "unclaimed", HOUR, "notify_on_call"),
    ("High, not answered for 4 hours: moved up", "high", "unresolved", 4 * HOUR, "bump"),
    ("Medium, not answered for a day: the manager", "medium", "unresolved", 24 * HOUR, "notify_manager"),
)
# What was waiting on agents before was kept only in the moment that is red.
PAUSES = """
    UPDATE escalations SET paused_for = greatest(interval '0', due_at - created_at - CASE priority
        WHEN 'urgent' THEN interval '1 h' WHEN 'high' THEN interval '1 h' WHEN 'medium' THEN interval '4 h'
        ELSE interval '24 h' END)
    WHERE status IN ('open', 'assigned') AND NOT is_sandbox"""


def ship(apps: Any, _schema_editor: Any) -> None:  # noqa: ANN401 - Django's untyped migration state
    policies = apps.get_model("escalations", "Policy")
    for place, (name, priority, condition, after, action) in enumerate(DEFAULTS, start=1):
        facts = {"priority": priority, "condition": condition, "after": after, "action": action}
        policies.objects.create(name=name, position=10 * place, **facts)


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0007_deadlines"),
        ("reviewers", "0006_oncall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(unique=True)),
                (
                    "priority",
                    models.TextField(
                        blank=True,
                        choices=[("urgent", "Urgent"), ("high", "High"), ("medium", "Medium"), ("low", "Low")],
                        help_text="Empty: every priority.",
                        null=True,
                    ),
                ),
                (
                    "condition",
                    models.TextField(
                        choices=[
                            ("unclaimed", "nobody has claimed it"),
                            ("unresolved", "it is not answered"),
                            ("nobody", "nobody is there who could take it"),
                            ("passed_on", "two did not claim it in time, or everybody passed it on"),
                        ],
                        default="unclaimed",
                    ),
                ),
                (
                    "after",
                    models.DurationField(
                        default=datetime.timedelta(seconds=3600),
                        help_text="Since it was asked, such as 00:30:00 or 1 00:00:00 (one day).",
                    ),
                ),
                (
                    "action",
                    models.TextField(
                        choices=[
                            ("notify_on_call", "notify who is on call"),
                            ("notify_manager", "notify the manager of the pool"),
                            ("notify_channel", "notify a channel"),
                            ("bump", "move it up the queue by 24 hours"),
                            ("reassign", "give it to somebody else"),
                            ("move", "move it to another pool"),
                        ]
                    ),
                ),
                ("channel", models.TextField(blank=True, default="")),
                (
                    "repeat_every",
                    models.DurationField(
                        blank=True, help_text="For as long as it stays so. Empty: once for each escalation.", null=True
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("position", models.PositiveIntegerField(default=100, help_text="Lower is done first.")),
            ],
            options={
                "verbose_name_plural": "policies",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveIntegerField(default=0)),
                ("age", models.DurationField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.AddField(
            model_name="escalation",
            name="lapse_count",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="escalation",
            name="paused_for",
            field=models.DurationField(db_default=datetime.timedelta(0)),
        ),
        migrations.AlterField(
            model_name="event",
            name="type",
            field=models.TextField(
                choices=[
                    ("escalation.created", "Created"),
                    ("escalation.assigned", "Assigned"),
                    ("escalation.claimed", "Claimed"),
                    ("escalation.released", "Released"),
                    ("escalation.moved", "Moved"),
                    ("escalation.lapsed", "Lapsed"),
                    ("escalation.declined", "Declined"),
                    ("escalation.info_requested", "Info requested"),
                    ("escalation.replied", "Replied"),
                    ("escalation.snoozed", "Snoozed"),
                    ("escalation.woken", "Woken"),
                    ("escalation.bumped", "Moved up"),
                    ("escalation.on_call_notified", "On call notified"),
                    ("escalation.manager_notified", "Manager notified"),
                    ("escalation.channel_notified", "Channel notified"),
                    ("escalation.resolved", "Resolved"),
                    ("escalation.reopened", "Reopened"),
                    ("escalation.corrected", "Corrected"),
                    ("escalation.extended", "Deadline moved"),
                    ("escalation.cancelled", "Cancelled"),
                    ("escalation.expired", "Expired"),
                    ("escalation.reported", "Reported by the agent"),
                    ("escalation.delivered", "Answer delivered"),
                    ("escalation.delivery_failed", "Delivery failed"),
                ]
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("is_sandbox", False), ("paused_at", None), ("status__in", ("open", "assigned"))),
                fields=["priority", "created_at"],
                name="ageing",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="pool",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: every pool.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="policies",
                to="reviewers.pool",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="target_pool",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="reviewers.pool",
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="target_reviewer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="escalation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="escalations.escalation",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="escalations.policy"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="a_policy_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("after__gte", datetime.timedelta(0))), name="a_policy_acts_after_the_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("repeat_every", None), ("repeat_every__gte", datetime.timedelta(seconds=60)), _connector="OR"
                ),
                name="a_policy_repeats_each_minute_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "move"), _negated=True), ("target_pool__isnull", False), _connector="OR"
                ),
                name="a_move_has_a_pool_to_go_to",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "notify_channel"), _negated=True),
                    models.Q(("channel", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_channel_to_notify_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("repeat_every", None), ("action__startswith", "notify"), _connector="OR"),
                name="only_notices_are_repeated",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("escalation", "policy", "round"), name="a_step_is_done_once"),
        ),
        migrations.RunSQL(PAUSES, migrations.RunSQL.noop),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
