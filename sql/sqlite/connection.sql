-- name: writer
pragma journal_mode = wal;
pragma synchronous = full;
pragma busy_timeout = 5000;
pragma temp_store = memory;
pragma cache_size = -131072;
-- Every 256 MiB: a storm of new runs rewrites the same index pages in every batch.
pragma wal_autocheckpoint = 65536;

-- name: reader
pragma busy_timeout = 5000;
pragma query_only = on;
pragma cache_size = -16384;
