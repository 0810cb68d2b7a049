-- The projection engine's own books. The views' tables are not migrated: each build makes a schema of its own
-- (p_<view>_v<version>_b<build>), filled from the log and dropped when replaced.

do $$
begin
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

create schema views;

-- One row a build: how far it has come. Fed by the engine, with the rows themselves, in one transaction.
create table views.build (
    schema_name     text        not null primary key check (schema_name ~ '^p_[a-z]+_v[0-9]+_b[0-9]+$'),
    view            text        not null,
    version         int         not null check (version > 0),
    build           int         not null check (build > 0),
    state           text        not null check (state in ('building', 'catching-up', 'live', 'retired')),
    position        bytea       not null check (length(position) = 16),
    turn            bigint      not null default 0,
    recorded_at     timestamptz,
    events_read     bigint      not null default 0,
    events_expected bigint      not null default 0,
    started_at      timestamptz not null,
    updated_at      timestamptz not null,
    unique (view, version, build)
) with (fillfactor = 40);

-- Which build answers for a version of a view.
create table views.pointer (
    view        text not null,
    version     int  not null,
    schema_name text not null references views.build,
    primary key (view, version)
);

-- The engine may make schemas of this one shape and no others.
create function views.make_schema(wanted text) returns void
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if wanted !~ '^p_[a-z]+_v[0-9]+_b[0-9]+$' then
        raise exception 'a build''s schema is named p_<view>_v<version>_b<build>';
    end if;
    execute format('create schema %I', wanted);
    execute format('grant usage, create on schema %I to goldthread_views', wanted);
    execute format('grant usage on schema %I to goldthread_app', wanted);
end
$$;

-- Its owner is the owner of the function, so only this can drop it again.
create function views.drop_schema(unwanted text) returns void
    language plpgsql security definer set search_path = pg_catalog as $$
begin
    if unwanted !~ '^p_[a-z]+_v[0-9]+_b[0-9]+$' then
        raise exception 'a build''s schema is named p_<view>_v<version>_b<build>';
    end if;
    execute format('drop schema if exists %I cascade', unwanted);
end
$$;

revoke all on function views.make_schema(text), views.drop_schema(text) from public;
grant execute on function views.make_schema(text), views.drop_schema(text) to goldthread_views;
grant usage on schema views to goldthread_views, goldthread_app;
grant select on views.build, views.pointer to goldthread_app;
grant select, insert, update, delete on views.build, views.pointer to goldthread_views;
