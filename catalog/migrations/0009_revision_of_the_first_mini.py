from typing import Any

from django.db import migrations

# The content of `core/ml/mini/earlier/1`: until now, indexes did not record it.
FIRST_MINI = "0ebdf367c25fbe62"


def record_revision(apps: Any, schema_editor: Any) -> None:
    _rename(apps, former="", new=FIRST_MINI)


def forget_revision(apps: Any, schema_editor: Any) -> None:
    _rename(apps, former=FIRST_MINI, new="")


def _rename(apps: Any, *, former: str, new: str) -> None:
    indexes = apps.get_model("catalog", "VectorIndex").objects
    indexes.filter(encoder="mini", revision=former).update(revision=new)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_switch_of_encoders")]

    operations = [migrations.RunPython(record_revision, forget_revision)]
