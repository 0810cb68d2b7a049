-- One row a person: what access to the record depends on. Fed by person.opened, person.restricted,
-- person.unrestricted, contact.recorded and every event of a case.
create table subject (
    person            uuid   not null,
    owners            uuid[] not null,
    authorities       text[] not null,
    workers           uuid[] not null,
    teams             uuid[] not null,
    restriction_owner uuid,
    readers           uuid[] not null,
    review_on         date
);
