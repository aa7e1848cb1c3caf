from django.db import migrations

from core.redaction import redact, redact_all

# An at sign, the word "at", or seven digits with little in between: what can be personal.
SUSPICIOUS = r"[@＠]|\yat\y|\d(\D{0,3}\d){6}"
IDS = ("shopper", "session")


def redact_stored_texts(apps, schema_editor):
    """Redact the texts that were stored before they were redacted at once."""
    redact_prompts(apps.get_model("recommendations", "Prompt"))
    redact_preferences(apps.get_model("recommendations", "Preferences"))
    redact_figures(apps.get_model("recommendations", "PromptFigures"))


def redact_prompts(model):
    for row in model.objects.filter(prompt__regex=SUSPICIOUS).iterator():
        change(row, prompt=redact(row.prompt)[:1_000])
    for row in model.objects.extra(where=["query::text ~ %s"], params=[SUSPICIOUS]).iterator():
        ids = {name: row.query[name] for name in IDS if name in row.query}
        change(row, query=redact_all(row.query) | ids, filters=redact_all(row.filters))


def redact_preferences(model):
    for row in model.objects.filter(text__regex=SUSPICIOUS).iterator():
        change(row, text=redact(row.text))


def redact_figures(model):
    """Redact texts, and add up figures of texts that become the same."""
    for row in model.objects.filter(text__regex=SUSPICIOUS).iterator():
        if (text := redact(row.text)) == row.text:
            continue
        same, is_new = model.objects.get_or_create(
            shop_id=row.shop_id, day=row.day, text=text, defaults=counts(row)
        )
        if not is_new:
            change(
                same, **{name: getattr(same, name) + count for name, count in counts(row).items()}
            )
        row.delete()


def counts(row):
    return {name: getattr(row, name) for name in ("asked", "no_match", "clicked")}


def change(row, **fields):
    """Save the fields that differ."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0007_index_of_visitors")]
    operations = [migrations.RunPython(redact_stored_texts, migrations.RunPython.noop)]
