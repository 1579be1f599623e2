"""Cases and the archive as tables: CSV, SQLite made for Datasette, Parquet."""
