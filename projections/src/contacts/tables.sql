-- One row a contact: where it waits, what it is about in codes, and what became of it. Fed by every event of a contact.
create table contact (
    contact      uuid        not null,
    incident     uuid        not null,
    authority    text        not null,
    occurred     text        not null,
    recorded_at  timestamptz not null,
    agency       uuid        not null,
    method       text        not null,
    is_guarded   bool        not null,
    significance text,
    concerns     text[]      not null,
    subjects     uuid[]      not null,
    outcome      text,
    decided_at   timestamptz
);
