-- One row an enquiry that found somebody: who asked about whom. Fed by enquiry.made.
create table enquiry (
    person       uuid        not null,
    position     bytea       not null,
    enquiry      uuid        not null,
    event_id     uuid        not null,
    made_at      timestamptz not null,
    recorded_at  timestamptz not null,
    asked_by     uuid        not null,
    actor        uuid        not null,
    purpose      text        not null,
    lawful_basis text        not null,
    searched     text[]      not null,
    answered     text        not null,
    disclosed    text        not null,
    known_at     bytea       not null,
    receipt      text        not null
);
