-- The failures of the last days, newest first, for who looks for them: an entry for each item that failed, none for the rest.
create index pipeline_execution_queue_failed on pipeline_execution_queue (completed_at) where state = 'FAILED';
