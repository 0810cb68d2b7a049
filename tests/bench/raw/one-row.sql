-- One row a transaction; a new stream every hundred rows, as on our side.
\set n :n + 1
\set stream_number :n / 100
\set version :n % 100
insert into event (stream, version, type, body)
values ('w-' || :run || '-' || :client_id || '-' || :stream_number, :version, 'contact.recorded', :body::jsonb);
