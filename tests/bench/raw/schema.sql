-- A plain table of events, as anyone would make it: the yardstick.
drop table if exists event;
create table event (
    position   bigserial   primary key,
    stream     text        not null,
    version    int         not null,
    type       text        not null,
    body       jsonb       not null,
    created_at timestamptz not null default now(),
    unique (stream, version)
);
