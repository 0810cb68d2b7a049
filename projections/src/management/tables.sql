-- What can be counted, each row with the part of the record in which it was known: from the entry that told it up to,
-- but not including, the entry that told otherwise. Ids, codes and days; nothing that tells who a child is,
-- but the day on which they are one no more. `said_until`: the day of the return that alone tells of it.

-- A contact told to a front door, by when it and its decision were first written down. Fed by every event of a contact.
create table contact (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    authority   text   not null,
    agency      uuid   not null,
    is_told_by_agency boolean not null,
    is_confided boolean not null,
    received_on date   not null,
    decide_by   date   not null,
    decided_on  date,
    working_days int,
    is_decision_late_or_gone boolean not null,
    outcome     text,
    incident    uuid   not null,
    children    uuid[] not null
);

-- A referral. This and the rest, to `late`, are fed by the events of a case.
create table referral (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    episode     uuid   not null,
    received_on date   not null,
    source      text,
    contact     uuid,
    decided_on  date,
    is_no_further_action boolean not null,
    previous_on date,
    closed_on   date,
    closed_for  text
);

-- A section 47 enquiry, and the initial conference it led to.
create table section47 (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    section47   uuid   not null,
    started_on  date   not null,
    concluded_on date,
    conference_on date
);

-- A step with a national limit, by what was on record when the limit passed.
create table step (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    step        text   not null,
    of          uuid   not null,
    nth         int    not null,
    since       date   not null,
    due         date   not null,
    done_on     date,
    working_days int,
    first_recorded_on date,
    now_done_on date,
    is_recorded_late boolean not null,
    is_changed_after_limit boolean not null,
    said_until  date
);

-- A child protection plan.
create table plan (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    plan        uuid   not null,
    started_on  date   not null,
    ended_on    date,
    end_reason  text,
    initial_category text not null,
    previous_plans int not null,
    previous_ended_on date,
    -- The last day of the first review that was not held by it.
    missed_on   date,
    said_until  date
);

-- The category of a plan, from a day to a day.
create table category (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    plan        uuid   not null,
    category    text   not null,
    from_on     date   not null,
    until_on    date
);

-- A worker who has the case.
create table allocation (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    practitioner uuid  not null,
    role        text   not null,
    from_on     date   not null,
    until_on    date
);

-- A time in which an open case was nobody's.
create table waiting (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    from_on     date   not null,
    until_on    date,
    said_until  date
);

-- An entry written down more than five working days after what it tells of.
create table late (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    child       uuid   not null,
    authority   text   not null,
    team        uuid,
    entry       uuid   not null,
    kind        text   not null,
    happened_on date   not null,
    recorded_on date   not null,
    working_days int   not null
);

-- The year somebody was or is to be born in, and their eighteenth birthday where the date is settled. Fed by
-- person.birth-recorded, person.birth-accepted and person.born.
create table birth (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    year        int    not null,
    is_unborn   boolean not null,
    adult_from  date
);

-- Names for what is counted by agency and team. Fed by the events of an agency; not by when they were known.
create table agency (
    stream      uuid   not null,
    kind        text   not null,
    name        text   not null
);
create table team (
    stream      uuid   not null,
    team        uuid   not null,
    name        text   not null
);

-- An alert. Fed by every event of an alert but opinions.
create table alert (
    stream      uuid   not null,
    known_from  bytea  not null,
    known_until bytea,
    authority   text,
    rule        text   not null,
    raised_on   date   not null,
    decided_on  date,
    became      text   not null,
    children    uuid[] not null
);
