create unique index entry_place on entry (person, occurred_at, position);
-- Where a corrected entry stands today, for pages of the past: few are.
create index entry_corrected on entry (event_id) where corrected_at is not null;
-- What was told in confidence about somebody: little is.
create index entry_confided on entry (person) where kind = 'contact.recorded' and detail::jsonb ? 'is_guarded';
-- Whom ties join to somebody, on whose pages that must not be told either.
create index entry_tie on entry (person) where kind = 'tie.recorded';
-- Who lives in whose household.
create index entry_household on entry ((detail::jsonb ->> 'household')) where detail::jsonb ? 'household';
