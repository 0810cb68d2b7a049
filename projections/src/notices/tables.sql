-- One row an enquiry whose answer is looked after: whom it was about, as what it was asked, what was last said of it.
create table watched (
    enquiry         uuid        not null,
    -- Whom what was last said is about, and whom the answer was about; null for no trace.
    person          uuid,
    given_person    uuid,
    asked_by        uuid        not null,
    actor           uuid        not null,
    asked_as        jsonb       not null,
    purpose         text        not null,
    made_at         timestamptz not null,
    given_known_at  bytea       not null,
    given_answered  text        not null,
    given_disclosed text        not null,
    said_known_at   bytea       not null,
    said_answered   text        not null,
    said_disclosed  text        not null,
    -- It was looked for by something that may come to be somebody else's.
    has_marks       bool        not null
);

-- By what a child was looked for: keyed hashes, which say nothing without the node's secret.
create table mark (
    enquiry uuid not null,
    mark    uuid not null
);

-- One row an enquiry about which somebody is told that its answer would differ. Never how.
create table notice (
    enquiry      uuid        not null,
    position     bytea       not null,
    agency       uuid        not null,
    actor        uuid        not null,
    reference    text        not null,
    purpose      text        not null,
    asked_at     timestamptz not null,
    told_at      timestamptz not null,
    -- Whose record decides who may know of it, and how much of it they must be told.
    about        uuid        not null,
    noticed_from text        not null,
    changes      int         not null,
    state        text        not null,
    outcome      text,
    answered_at  timestamptz
);
