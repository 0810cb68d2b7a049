alter table subject add primary key (person);
create index subject_workers on subject using gin (workers);
