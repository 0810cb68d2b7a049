create unique index signal_place on signal (person, position);
create index bond_key on bond (key);
create unique index agency_id on agency (agency);
create unique index apart_person on apart (person);
create index episode_child on episode (child);
create unique index joined_contact on joined (person, contact);
