"""Rows in and out: CSV, TSV, JSON Lines, SQLite and Parquet, indexed by place, so that no file is held in memory."""
