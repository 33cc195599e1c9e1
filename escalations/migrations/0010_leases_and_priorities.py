from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalations", "0009_rules"),
        ("reviewers", "0007_leases"),
    ]

    operations = [
        migrations.AddField(
            model_name="escalation",
            name="lease_until",
            field=models.DateTimeField(null=True),
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
                    ("escalation.priority_changed", "Priority changed"),
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
                condition=models.Q(("lease_until__isnull", False), ("paused_at", None)),
                fields=["lease_until"],
                name="leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lease_until", None),
                    models.Q(("claimed_at__isnull", False), ("status", "assigned")),
                    _connector="OR",
                ),
                name="only_a_claim_has_a_lease",
            ),
        ),
    ]
