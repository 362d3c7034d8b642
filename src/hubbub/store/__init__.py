"""The only room that opens the archive: messages and derived tables as Parquet behind a manifest."""
