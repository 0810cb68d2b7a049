alter table status add primary key (person, case_id);
