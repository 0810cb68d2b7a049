-- One row a review: what was counted of whose use of the record, and whether it was looked at.
create table review (
    review      uuid   not null,
    position    bytea  not null,
    kind        text   not null,
    about       uuid   not null,
    agency      uuid   not null,
    raised_at   timestamptz not null,
    from_time   timestamptz not null,
    until_time  timestamptz not null,
    counted     text   not null,
    count       integer not null,
    threshold   integer not null,
    outcome     text,
    concluded_at timestamptz
);
