-- Five rows a transaction, in one statement; a new stream every hundred rows.
\set n :n + 1
\set stream_number :n / 20
\set version (:n % 20) * 5
insert into event (stream, version, type, body)
select 'w-' || :run || '-' || :client_id || '-' || :stream_number, :version + row, 'contact.recorded', body::jsonb
from unnest(:bodies::text[]) with ordinality as given (body, row);
