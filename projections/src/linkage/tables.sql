-- One row a person and entry that rules may count. Fed by contact.recorded, enquiry.made, cp-plan.started, s47.started.
create table signal (
    person      uuid        not null,
    position    bytea       not null,
    event_id    uuid        not null,
    record      uuid        not null,
    part        text        not null,
    kind        text        not null,
    identity    text        not null,
    occurred    text        not null,
    recorded_at timestamptz not null,
    agency      uuid        not null,
    authority   text,
    purpose     text        not null,
    concerns    text[]      not null,
    disclosure  text
);

-- One row a person or household and tie. Fed by tie.recorded and tie.ended.
create table bond (
    key         uuid not null,
    tie         uuid not null,
    from_person uuid not null,
    to_person   uuid,
    household   uuid,
    kind        text not null,
    since       date,
    until       date
);

-- One row a registered agency: what it is, and where. Fed by agency.registered.
create table agency (
    agency    uuid not null,
    kind      text not null,
    authority text
);

-- One row a person whom nothing joins to anybody. Fed by person.restricted and person.unrestricted.
create table apart (
    person uuid not null
);

-- One row an episode of a child's case. Fed by referral.received, referral.decided and case.closed.
create table episode (
    child uuid not null,
    began date not null,
    ended date
);

-- One row a person and contact that tells of another contact's incident. Fed by contact.joined and contact.parted.
create table joined (
    person   uuid not null,
    contact  uuid not null,
    incident uuid not null
);
