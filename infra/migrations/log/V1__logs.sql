-- Two logs on one engine: `record` (what happened, enquiries included) and `access` (who looked at what, and why).
-- Rows are written once. The owner cannot log in; `goldthread_app` can insert and read, and nothing else.

do $$
begin
    if not exists (select from pg_roles where rolname = 'goldthread_owner') then
        create role goldthread_owner nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'goldthread_app') then
        create role goldthread_app login;
    end if;
    if not exists (select from pg_roles where rolname = 'goldthread_views') then
        create role goldthread_views login;
    end if;
exception when unique_violation or duplicate_object then
    null; -- two nodes migrated at once; roles belong to the whole cluster
end
$$;

create schema log_guard;

create function log_guard.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed or removed', tg_table_schema || '.' || tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

do $$
declare
    log text;
begin
    foreach log in array array['record', 'access'] loop
        execute format('create schema %I', log);

        -- One row an event. `header` is the canonical header that the Merkle leaf hashes; the other columns must
        -- agree with it, and `goldthread verify` checks that they do. `mark` binds a row to its place: nothing is
        -- proved by it, but a changed or moved row is found by name.
        execute format($ddl$
            create table %I.event (
                position    bigint      not null check (position > 0),
                stream      uuid        not null,
                version     bigint      not null check (version > 0),
                recorded_at timestamptz not null,
                mark        bigint      not null,
                header      bytea       not null,
                salt        bytea       not null check (length(salt) = 16),
                meta        bytea       not null,
                facts       bytea       not null,
                parts       bytea       not null,
                constraint event_position primary key (position),
                constraint event_version unique (stream, version)
            )$ddl$, log);
        execute format('alter table %I.event alter column parts set storage external', log);

        -- One row a flush: the tree's compact range after it. Insert only; old rows are pruned, the newest is the head.
        execute format($ddl$
            create table %I.flush (
                position    bigint      not null primary key,
                recorded_at timestamptz not null,
                range       bytea       not null
            )$ddl$, log);

        -- Signed checkpoints (C2SP signed notes), never changed.
        execute format($ddl$
            create table %I.checkpoint (
                size      bigint      not null primary key,
                signed_at timestamptz not null,
                note      text        not null
            )$ddl$, log);

        -- Finished subtrees of height 8, 16, 24: derived from the headers, kept so that proofs are quick.
        execute format($ddl$
            create table %I.node (
                level smallint not null check (level in (8, 16, 24, 32)),
                index bigint   not null check (index >= 0),
                hash  bytea    not null check (length(hash) = 32),
                primary key (level, index)
            )$ddl$, log);

        execute format($ddl$
            create function %1$I.prune_flushes() returns void language sql security definer
            set search_path = pg_catalog as $body$
                delete from %1$I.flush where position < (
                    select position from %1$I.flush order by position desc offset 1000 limit 1)
            $body$ $ddl$, log);

        for i in 1..2 loop
            execute format('create trigger %I before update or delete on %I.%I for each row execute function log_guard.refuse()',
                'never_changed', log, (array['event', 'checkpoint'])[i]);
            execute format('create trigger %I before truncate on %I.%I for each statement execute function log_guard.refuse()',
                'never_emptied', log, (array['event', 'checkpoint'])[i]);
        end loop;

        execute format('alter schema %I owner to goldthread_owner', log);
        execute format('alter table %I.event owner to goldthread_owner', log);
        execute format('alter table %I.flush owner to goldthread_owner', log);
        execute format('alter table %I.checkpoint owner to goldthread_owner', log);
        execute format('alter table %I.node owner to goldthread_owner', log);
        execute format('alter function %I.prune_flushes() owner to goldthread_owner', log);
        execute format('revoke all on function %I.prune_flushes() from public', log);
        execute format('grant usage on schema %I to goldthread_app, goldthread_views', log);
        execute format('grant select, insert on all tables in schema %I to goldthread_app', log);
        execute format('grant select on %I.event, %I.flush to goldthread_views', log, log);
        execute format('grant execute on function %I.prune_flushes() to goldthread_app', log);
    end loop;
end
$$;

alter schema log_guard owner to goldthread_owner;
alter function log_guard.refuse() owner to goldthread_owner;
