alter table watched add primary key (enquiry);
create index watched_person on watched (person, made_at);
create index watched_given_person on watched (given_person, made_at);
create index mark_mark on mark (mark);
create index mark_enquiry on mark (enquiry);
alter table notice add primary key (enquiry);
create index notice_agency on notice (agency, state, position desc);
create index notice_actor on notice (actor, state, position desc);
