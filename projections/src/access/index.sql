alter table subject add primary key (person);
create index subject_workers on subject using gin (workers);
create index subject_readers on subject using gin (readers);
