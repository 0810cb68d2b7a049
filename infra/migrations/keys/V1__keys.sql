-- The key store: a database of its own, so that backups of the log never hold what opens it.
-- Everything here is wrapped under a master key that is not in any database.

do $$
begin
    if not exists (select from pg_roles where rolname = 'goldthread_owner') then
        create role goldthread_owner nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'goldthread_keys') then
        create role goldthread_keys login;
    end if;
exception when unique_violation or duplicate_object then
    null; -- two nodes migrated at once; roles belong to the whole cluster
end
$$;

create schema keys;
comment on schema keys is 'What sealed parts are opened with; erasing someone is destroying a row''s wrapped key.';

-- One row a master key there ever was. The one that has not ended wraps everything that is still wrapped.
create table keys.epoch (
    epoch       integer     not null primary key check (epoch > 0),
    check_value bytea       not null check (octet_length(check_value) = 60), -- zeros, wrapped: to know the master key by
    began_at    timestamptz not null,
    ended_at    timestamptz
);
create unique index epoch_current on keys.epoch ((true)) where ended_at is null;
comment on table keys.epoch is 'Master keys by number; the keys themselves are elsewhere.';

-- One row a data key, written before the key is first used. A destroyed key leaves its row as a tombstone, so that
-- erased and missing are never confused. Its epoch is copied from the current row of keys.epoch, locked, by the
-- statement that inserts or wraps it, and no row of keys.epoch can be removed: a foreign key would look it up once more
-- for each key, which takes longer than inserting it.
create table keys.data_key (
    id           uuid        not null primary key,
    epoch        integer     not null,
    wrapped      bytea       check (octet_length(wrapped) = 60),
    destroyed_at timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
);
comment on table keys.data_key is 'Keys of sealed parts, wrapped; null once destroyed.';

-- The node's own secrets (signing key, key for ids), by name.
create table keys.secret (
    name    text    not null primary key check (octet_length(name) between 1 and 100),
    epoch   integer not null references keys.epoch (epoch),
    wrapped bytea   not null check (octet_length(wrapped) = 60)
);
comment on table keys.secret is 'The node''s own secrets, wrapped.';

alter schema keys owner to goldthread_owner;
alter table keys.epoch owner to goldthread_owner;
alter table keys.data_key owner to goldthread_owner;
alter table keys.secret owner to goldthread_owner;

-- The program can add keys, destroy them and wrap them anew. It cannot remove a row or put another id in its place.
revoke all on schema keys from public;
grant usage on schema keys to goldthread_keys;
grant select, insert, update (ended_at) on keys.epoch to goldthread_keys;
grant select, insert, update (epoch, wrapped, destroyed_at) on keys.data_key to goldthread_keys;
grant select, insert, update (epoch, wrapped) on keys.secret to goldthread_keys;
