-- How far each worker has come in the record. What it does is on the record; this only saves beginning again.
create table views.worker (
    name     text  not null primary key,
    position bytea not null check (length(position) = 16)
) with (fillfactor = 40);

grant select on views.worker to goldthread_app;
grant select, insert, update on views.worker to goldthread_views;
