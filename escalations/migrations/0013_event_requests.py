from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("escalations", "0012_first_reasons")]

    operations = [
        migrations.AddField("event", "request_id", models.TextField(editable=False, null=True)),
        migrations.AddField("event", "traceparent", models.TextField(editable=False, null=True)),
    ]
