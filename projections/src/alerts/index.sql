create unique index alert_id on alert (alert);
create index alert_queue on alert (state, changed_at desc, alert desc);
create index alert_people on alert using gin (people);
