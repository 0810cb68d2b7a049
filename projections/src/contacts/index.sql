alter table contact add primary key (contact);
create index contact_waiting
    on contact (authority, (significance is distinct from 'immediate-danger'), recorded_at, contact)
    where outcome is null;
create index contact_told on contact (agency, recorded_at, contact);
create index contact_incident on contact (incident);
create index contact_subjects on contact using gin (subjects);
