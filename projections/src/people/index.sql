create index name_person on name (person);
create index name_folded on name (folded_family, folded_given);
create index identifier_person on identifier (person);
create index identifier_folded on identifier (folded, scheme);
create index birth_person on birth (person);
alter table person add primary key (person);
create index sought_key on sought (key, person);
create index sought_person on sought (person);
create index person_perhaps_adult on person (perhaps_adult_from) where perhaps_adult_from is not null;
