alter table status add primary key (person, case_id);
alter table missing add primary key (person, missing_from);
alter table on_duty add primary key (person, duty);
create index formerly_person on formerly (person);
