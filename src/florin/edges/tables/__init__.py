"""The one reader of tables that people bring: CSV and its kin in any common encoding, and XLSX."""
