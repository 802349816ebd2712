-- Which process does a duty, and until when. The term tells one holder's time from the next one's.
create table scheduler_duty_leases (
  duty text not null primary key,
  holder text not null,
  term bigint not null,
  expires_at timestamptz not null
);
