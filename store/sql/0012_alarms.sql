-- Alarms: what should not stay as it is, one standing at a time for each rule and object.
create table alarm (
    id uuid primary key,
    rule text not null,
    object text not null, -- what it is about, as its rule names it: a link, a custodian, an id
    portfolio text not null default '',
    instruction uuid,
    words text not null,
    red boolean not null,
    weight numeric not null, -- how bad, in the unit of its rule
    raised_at timestamptz not null,
    changed_at timestamptz not null,
    cleared_at timestamptz,
    owner text references person,
    acknowledged_by text references person,
    acknowledged_at timestamptz,
    note text,
    muted_by text references person,
    muted_until timestamptz,
    mute_reason text,
    quiet_weight numeric, -- how bad it was when it was acknowledged or muted
    check ((acknowledged_by is null) = (acknowledged_at is null)),
    check ((muted_by is null) = (muted_until is null))
) with (fillfactor = 80);
create unique index alarm_stands on alarm (rule, object) where cleared_at is null;
create index alarm_raised on alarm (raised_at);
grant select, insert, update on alarm to finality_app;
