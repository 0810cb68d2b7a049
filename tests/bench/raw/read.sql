-- One stream of a hundred, in order.
\set stream random(0, :streams - 1)
select position, stream, version, type, body, created_at from event where stream = 's-' || :stream order by version;
