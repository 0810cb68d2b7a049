create unique index alert_id on alert (alert);
create index alert_queue on alert (state, changed_at desc, alert desc);
create index concerned_person on concerned (person, alert);
create index concerned_alert on concerned (alert);
