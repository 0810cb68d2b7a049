create unique index entry_place on entry (person, occurred_at, position);
