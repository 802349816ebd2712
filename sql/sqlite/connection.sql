-- name: writer
pragma journal_mode = wal;
pragma synchronous = full;
pragma busy_timeout = 5000;
pragma temp_store = memory;
pragma cache_size = -131072;
pragma wal_autocheckpoint = 16000;

-- name: reader
pragma busy_timeout = 5000;
pragma query_only = on;
pragma cache_size = -16384;
