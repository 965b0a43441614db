"""The database knows the moves of a part too: what was sent or skipped stays so."""

from django.db import migrations

from florin.domain.sends.lifecycle import PART
from florin.kernel.database import sql


class Migration(migrations.Migration):
    dependencies = [("sends", "0001_make_tables")]

    operations = [
        sql(
            PART.guard_sql("sends_part"),
            "DROP TRIGGER sends_part_state_guard ON sends_part; DROP FUNCTION sends_part_state_guard()",
        ),
    ]
