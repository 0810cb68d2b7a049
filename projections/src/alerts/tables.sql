-- One row an alert, as it stands. Fed by alert events. What it rests on, and why it was decided, is on its stream.
create table alert (
    alert       uuid        not null,
    position    bytea       not null,
    rule        text        not null,
    version     int         not null,
    authority   text,
    state       text        not null,
    raised_at   timestamptz not null,
    changed_at  timestamptz not null,
    children    uuid[]      not null,
    -- An entry and the person it bears on, in step.
    entries     uuid[]      not null,
    bears_on    uuid[]      not null,
    incidents   int         not null,
    -- It would tell others who told something in confidence.
    guarded     bool        not null,
    -- Somebody decided about it once; it may have grown since.
    is_decided  bool        not null
);

-- One row for every child of an alert and everybody its evidence is about.
create table concerned (
    alert   uuid not null,
    person  uuid not null
);
