"""Keys that sort by time, and views that outlive a change of what they show."""

from django.db import connection, migrations, transaction

from florin.kernel.database import new_key
from florin.kernel.frozen import without_views


def test_later_keys_sort_later() -> None:
    keys = [new_key() for _ in range(1000)]

    assert keys == sorted(set(keys))
    assert {key.version for key in keys} == {7}


def test_views_are_made_again_with_what_stood_beside_them(database: None) -> None:
    first, last = (
        step for step in without_views("report_payout", change=[]) if isinstance(step, migrations.RunSQL)
    )
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("GRANT SELECT ON report_payout TO PUBLIC")
        cursor.execute("COMMENT ON COLUMN report_payout.amount_minor IS 'Minor units, as the bank''s.'")
        cursor.execute(_VIEW)
        before = cursor.fetchone()
        for step in (first, last):
            cursor.execute(str(step.sql))
        cursor.execute(_VIEW)
        assert cursor.fetchone() == before
        transaction.set_rollback(True)


_VIEW = """
SELECT pg_get_viewdef(oid), relacl::text, obj_description(oid),
       (SELECT string_agg(description, '' ORDER BY objsubid) FROM pg_description WHERE objoid = c.oid)
FROM pg_class c WHERE relname = 'report_payout'
"""
