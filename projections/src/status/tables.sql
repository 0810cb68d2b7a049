-- One row a case: how one child stands at one authority. Fed by every event of a case.
create table status (
    person            uuid   not null,
    case_id           uuid   not null,
    authority         text   not null,
    agency            uuid   not null,
    standing          text   not null,
    episode           uuid,
    referred_on       date,
    assessment_since  date,
    section47_since   date,
    cp_plan_since     date,
    cp_categories     text[] not null,
    cp_plans_before   int    not null,
    cin_plan_since    date,
    looked_after_since date,
    legal_status      text,
    lead              uuid,
    lead_team         uuid,
    closed_on         date,
    due               jsonb  not null,
    last_on           date   not null,
    position          bytea  not null,
    last_seen_on      date,
    last_seen_alone_on date,
    legal_status_until   date,
    emergencies       jsonb  not null
);

-- One row a place somebody is missing from now. Fed by person.missing-reported and person.found.
create table missing (
    person       uuid not null,
    missing_from text not null,
    since        text not null
);

-- One row an authority that had a duty to a child once, or from which they moved here. Fed by person.authority-recorded
-- and referral.received.
create table formerly (
    person    uuid not null,
    authority text not null
);

-- One row a duty some authority has to a child. Fed by person.authority-recorded.
create table on_duty (
    person    uuid not null,
    duty      text not null,
    authority text not null,
    since     date not null
);
