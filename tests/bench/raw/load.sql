-- Streams of a hundred events each, written in turns of ten as they would come.
insert into event (stream, version, type, body)
select 's-' || stream, turn * 10 + step, 'contact.recorded', (:'body')::jsonb
from generate_series(0, 9) turn, generate_series(0, :streams - 1) stream, generate_series(0, 9) step
order by turn, stream, step;
