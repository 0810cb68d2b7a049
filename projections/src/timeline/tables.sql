-- One row a person and entry: what is on whose page. Fed by every event about people.
create table entry (
    person      uuid        not null,
    position    bytea       not null,
    event_id    uuid        not null,
    stream      uuid        not null,
    kind        text        not null,
    occurred_at timestamptz not null,
    occurred    text        not null,
    recorded_at timestamptz not null,
    agency      uuid        not null,
    actor       uuid        not null,
    authority   text,
    roles       text[]      not null,
    is_said     bool        not null,
    corrected_at timestamptz,
    detail      text        not null
);
