-- A data key's epoch is copied from the current row of keys.epoch, locked, by the statement that inserts or wraps it,
-- and no row of keys.epoch can be removed. Looking it up once more for each key took longer than inserting it.
alter table keys.data_key drop constraint data_key_epoch_fkey;
