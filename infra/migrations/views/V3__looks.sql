-- Whom each look of the access log showed, so that who has looked at somebody, and at whom somebody looked, is found by
-- an index however long the log is. Derived: ids, codes and times only, filled from the log up to the place that
-- views.worker keeps for `looks`. Emptied together with that row, it is filled again.
create table views.look (
    position     bytea       not null primary key check (length(position) = 16),
    at           timestamptz not null,
    practitioner uuid        not null,
    agency       uuid        not null,
    action       text        not null,
    purpose      text        not null,
    lawful_basis text        not null,
    is_replay    boolean     not null,
    shown        int         not null
);
create index look_practitioner on views.look (practitioner, position desc);

create table views.shown (
    person     uuid  not null,
    position   bytea not null check (length(position) = 16),
    disclosure text  not null,
    primary key (person, position)
);

grant select on views.look, views.shown to goldthread_app;
grant select, insert on views.look, views.shown to goldthread_views;
