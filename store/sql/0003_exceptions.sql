-- What people do with an exception, and the corrected bytes of a message beside the original.
-- The log says who did what; these rows say how it stands.

-- raised again after it was dealt with, an exception begins another round
alter table exception
    add column round smallint not null default 1,
    add column outcome text check (outcome in ('closed', 'reinjected', 'repaired')),
    add column closed_reason text;

-- a repair waits as 'proposed' until a second person lets it in ('new') or not ('refused')
alter table inbox drop constraint inbox_state_check;
alter table inbox add constraint inbox_state_check
    check (state in ('new', 'routed', 'done', 'parked', 'replaced', 'proposed', 'refused'));

create table repair (
    message bigint primary key references raw_message, -- the corrected bytes
    original bigint not null references raw_message,
    lane smallint not null,
    code text not null,
    key text not null,
    maker text not null,
    reason text not null,
    asked_at timestamptz not null,
    decision text check (decision in ('approved', 'refused')),
    decided_by text,
    decided_at timestamptz,
    foreign key (lane, code, key) references exception (lane, code, key),
    check (message <> original),
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
    check (decision <> 'approved' or decided_by <> maker)
);
create unique index repair_open on repair (original) where decision is null;
create unique index repair_approved on repair (original) where decision = 'approved';
create index repair_original on repair (original);
create index repair_exception on repair (lane, code, key);

-- what became of a command that was left for the holder of a lane, for the door that waits for it
create table command_answer (
    command bigint primary key,
    body text not null,
    answered_at timestamptz not null default clock_timestamp()
);

grant select, insert on repair, command_answer to finality_app;
grant update (decision, decided_by, decided_at) on repair to finality_app;
grant delete on command_answer to finality_app;
