from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0021_counted_articles")]

    operations = [
        migrations.AddField(
            model_name="export", name="checkpoint", field=models.JSONField(default=dict)
        ),
    ]
