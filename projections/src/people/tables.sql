-- The search index: the only tables with unsealed text. Fed by what is asserted about people; erasing somebody's key
-- empties it of them.

-- One row a name.
create table name (
    person   uuid not null,
    event_id uuid not null,
    -- When it was said, and its place in the log: of several the last is theirs.
    said_at  timestamptz not null,
    position bytea not null,
    usage    text not null,
    given    text,
    family   text,
    folded_given  text not null,
    folded_family text not null
);

-- One row a number by which an agency knows them.
create table identifier (
    person    uuid not null,
    event_id  uuid not null,
    said_at   timestamptz not null,
    position  bytea not null,
    scheme    text not null,
    authority text,
    value     text not null,
    folded    text not null
);

-- One row a date of birth.
create table birth (
    person    uuid not null,
    event_id  uuid not null,
    said_at   timestamptz not null,
    position  bytea not null,
    written   text not null,
    first_day date not null,
    last_day  date not null,
    -- What it rests on, and whose statement it is.
    basis     text not null,
    agency    uuid not null
);

-- One row a person: what is not sealed, and beside it all that a search compares, in one place so that comparing
-- hundreds of people reads hundreds of rows.
create table person (
    person  uuid not null,
    kind    text,
    sex     text,
    died_on date,
    -- The eighteenth birthday; or, of a date of birth that is uncertain or disputed, the earliest that it can be.
    adult_from date,
    perhaps_adult_from date,
    -- The entry of the date of birth that a person accepted, as long as no later one disputes it.
    birth_accepted uuid,
    -- Of one length: the names, the usual one first. Empty where a name has no such part.
    given   text[] not null,
    family  text[] not null,
    births  text[] not null,
    nhs     text[] not null,
    -- Whether many stay there, postcode and houses with bars between, the oldest first. Closed ones, which begin with
    -- their class, are those of which only social care of their own authority may know, as near as the class asks.
    homes   text[] not null,
    closed_homes text[] not null
);

-- The keys of domain::matching: a dozen rows a person.
create table sought (
    person uuid   not null,
    key    bigint not null
);
