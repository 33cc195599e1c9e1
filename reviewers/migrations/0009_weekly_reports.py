from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviewers", "0008_swaps"),
    ]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="kind",
            field=models.TextField(
                choices=[
                    ("invitation", "Invitation"),
                    ("reset", "Link to a new password"),
                    ("changed", "Notice of a changed password"),
                    ("report", "Weekly report"),
                ]
            ),
        ),
    ]
