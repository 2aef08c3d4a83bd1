-- The spine: intake, messages, the event log, the books and the queues between them.
-- Lane comes first in every hot key. The app role may only add to the log, the books and the raw messages.

create table setting (
    key text primary key,
    value text not null
);

-- lanes ------------------------------------------------------------------------------------------

create table worker (
    holder text primary key,
    seen_at timestamptz not null
);

create table lane_lease (
    lane smallint primary key check (lane between 0 and 63),
    holder text,
    epoch bigint not null default 0,
    expires_at timestamptz not null default '-infinity'
) with (fillfactor = 50);

create table lane_head (
    lane smallint primary key,
    seq bigint not null,
    hash bytea not null,
    known_at timestamptz not null
) with (fillfactor = 50);

insert into lane_lease (lane) select generate_series(0, 63);
insert into lane_head (lane, seq, hash, known_at)
select generate_series(0, 63), 0, decode(repeat('00', 32), 'hex'), '-infinity';

-- static data ------------------------------------------------------------------------------------

create table static_version (
    single boolean primary key default true check (single),
    version bigint not null
);
insert into static_version (version) values (0);

create table static_row (
    kind text not null,
    key text not null,
    valid_from date not null,
    valid_to date,
    body text not null,
    changed_by text not null,
    changed_at timestamptz not null,
    primary key (kind, key, valid_from)
);

create table static_change (
    id bigint generated always as identity primary key,
    kind text not null,
    key text not null,
    valid_from date not null,
    before text,
    after text,
    changed_by text not null,
    changed_at timestamptz not null
);

-- who may do what --------------------------------------------------------------------------------

create table api_key (
    prefix text primary key,
    hash bytea not null,
    name text not null,
    person text not null,
    roles text[] not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

create table login_link (
    hash bytea primary key,
    prefix text not null references api_key,
    expires_at timestamptz not null,
    used_at timestamptz
);

create table session (
    hash bytea primary key,
    prefix text not null references api_key,
    expires_at timestamptz not null
);

create table idempotency (
    client text not null,
    key text not null,
    request_hash bytea not null,
    status smallint not null,
    body text not null,
    created_at timestamptz not null,
    primary key (client, key)
);

-- messages ---------------------------------------------------------------------------------------

create sequence message_id increment by 4096;

create table raw_message (
    id bigint primary key,
    direction text not null check (direction in ('in', 'out')),
    link text not null,
    transport_key bytea not null,
    stored_at timestamptz not null,
    body bytea not null,
    unique (link, direction, transport_key)
);

create table inbox (
    id bigint primary key,
    link text not null,
    state text not null check (state in ('new', 'routed', 'done', 'parked', 'replaced')),
    lane smallint,
    instruction uuid,
    type text,
    reference text,
    reason text,
    seen integer not null default 1,
    attempts smallint not null default 0,
    retry_at timestamptz
) with (fillfactor = 70);
create index inbox_waiting on inbox (link, id) where state in ('new', 'routed');
create index inbox_parked on inbox (reference) where state = 'parked';

create table outbox (
    id bigint primary key,
    lane smallint not null,
    link text not null,
    instruction uuid not null,
    type text not null,
    reference text not null,
    securities boolean not null,
    state text not null
        check (state in ('queued', 'sending', 'taken', 'answered', 'fate_unknown', 'parked')),
    attempt smallint not null default 0,
    holder text,
    sent_at timestamptz,
    reason text
) with (fillfactor = 60);
create index outbox_open on outbox (link, id) where state in ('queued', 'sending');
create index outbox_unanswered on outbox (instruction) where state in ('queued', 'sending', 'taken');

create table outbox_attempt (
    outbox bigint not null,
    attempt smallint not null,
    message bigint not null,
    at timestamptz not null,
    primary key (outbox, attempt)
);

-- instructions -----------------------------------------------------------------------------------

create table reference (
    kind text not null,
    owner text not null,
    value text not null,
    lane smallint not null,
    portfolio text not null,
    instruction uuid not null,
    primary key (kind, owner, value)
);

create table instruction (
    lane smallint not null,
    id uuid not null,
    portfolio text not null,
    kind text not null,
    client text not null,
    reference text not null,
    maker text not null,
    created_at timestamptz not null,
    body text not null,
    body_hash bytea not null,
    primary key (lane, id)
);
create index instruction_id on instruction (id);

create table version (
    lane smallint not null,
    instruction uuid not null,
    version smallint not null,
    reference text not null,
    format text not null,
    link text not null,
    body text not null,
    static_version bigint not null,
    maker text not null,
    primary key (lane, instruction, version)
);

create table condition (
    lane smallint not null,
    id uuid not null,
    portfolio text not null,
    kind text not null,
    reference text not null,
    state text not null,
    processing text not null default 'none',
    cancellation text not null default 'none',
    matching text not null default 'unknown',
    settlement text not null default 'none',
    change text not null default 'none',
    version smallint not null default 0,
    wire_reference text,
    link text,
    direction text,
    payment text,
    isin text,
    instrument_name text,
    counterparty text,
    custodian text,
    place text,
    account text,
    cash_account text,
    currency text,
    amount numeric,
    quantity numeric,
    open_quantity numeric,
    settled_quantity numeric,
    trade_on date,
    settle_on date,
    waits_for text,
    whose_move text,
    since timestamptz not null,
    reason text,
    reason_text text,
    flags text[] not null default '{}',
    posted text not null default '{}',
    terms text,
    facts integer not null default 0,
    primary key (lane, id)
) with (fillfactor = 60);
create index condition_id on condition (id);

create table fact (
    lane smallint not null,
    instruction uuid not null,
    key text not null,
    hash bytea not null,
    at timestamptz not null,
    rank smallint not null,
    message bigint,
    payload text not null,
    primary key (lane, instruction, key, hash)
);

create table exception (
    lane smallint not null,
    instruction uuid,
    message bigint,
    code text not null,
    key text not null,
    text text not null,
    raised_at timestamptz not null,
    closed_at timestamptz,
    closed_by text,
    primary key (lane, code, key)
);
create index exception_open on exception (raised_at) where closed_at is null;

create table timer (
    lane smallint not null,
    instruction uuid not null,
    kind text not null,
    due_at timestamptz not null,
    primary key (lane, instruction, kind)
);
create index timer_due on timer (due_at);

create table command (
    id bigint generated always as identity primary key,
    lane smallint not null,
    kind text not null,
    payload text not null,
    attempts smallint not null default 0,
    reason text
);
create index command_lane on command (lane, id) where reason is null;

-- the log ----------------------------------------------------------------------------------------

create table event (
    lane smallint not null,
    seq bigint not null,
    portfolio text not null,
    aggregate uuid not null,
    type text not null,
    effective_on date not null,
    known_at timestamptz not null,
    cause bigint,
    actor text not null,
    payload text not null,
    hash bytea not null,
    primary key (lane, seq)
);
create index event_aggregate on event (aggregate, seq);

-- the books --------------------------------------------------------------------------------------

create table journal (
    lane smallint not null,
    seq bigint not null,
    rule text not null,
    portfolio text not null,
    instruction uuid,
    effective_on date not null,
    primary key (lane, seq, rule),
    foreign key (lane, seq) references event (lane, seq)
);
create index journal_instruction on journal (instruction);

create table entry (
    lane smallint not null,
    seq bigint not null,
    rule text not null,
    line smallint not null,
    portfolio text not null,
    account text not null,
    detail text not null,
    currency text not null,
    amount numeric not null,
    effective_on date not null,
    primary key (lane, seq, rule, line)
);

create table movement (
    lane smallint not null,
    seq bigint not null,
    line smallint not null,
    portfolio text not null,
    account text not null,
    asset text not null,
    side text not null check (side in ('R', 'D')),
    measure text not null check (measure in ('traded', 'settled')),
    delta numeric not null,
    effective_on date not null,
    due_on date,
    primary key (lane, seq, line)
);

create table position (
    lane smallint not null,
    portfolio text not null,
    account text not null,
    asset text not null,
    traded numeric not null default 0,
    settled numeric not null default 0,
    pending_receive numeric not null default 0,
    pending_deliver numeric not null default 0,
    primary key (lane, portfolio, account, asset)
) with (fillfactor = 60);

create table balance (
    lane smallint not null,
    portfolio text not null,
    account text not null,
    detail text not null,
    currency text not null,
    amount numeric not null default 0,
    primary key (lane, portfolio, account, detail, currency)
) with (fillfactor = 60);

create table lot (
    lane smallint not null,
    portfolio text not null,
    account text not null,
    isin text not null,
    ordinal bigint not null,
    opened_on date not null,
    quantity numeric not null,
    cost numeric not null,
    open_quantity numeric not null,
    open_cost numeric not null,
    primary key (lane, portfolio, account, isin, ordinal)
) with (fillfactor = 70);

create table witness (
    lane smallint not null,
    movement_key text not null,
    message bigint not null,
    said text not null,
    amount numeric not null,
    currency text not null,
    primary key (lane, movement_key, message)
);

-- journals balance per currency, whoever writes them

create function entries_balance() returns trigger language plpgsql as $$
declare
    bad record;
begin
    select lane, seq, rule, currency, sum(amount) as total into bad
    from added group by lane, seq, rule, currency having sum(amount) <> 0 limit 1;
    if found then
        raise exception 'journal %/%/% does not balance in %: %',
            bad.lane, bad.seq, bad.rule, bad.currency, bad.total using errcode = 'check_violation';
    end if;
    return null;
end $$;

create trigger entries_balance after insert on entry
referencing new table as added for each statement execute function entries_balance();

-- two roles: the owner migrates, the app works ----------------------------------------------------

grant usage on schema public to finality_app;
grant usage on all sequences in schema public to finality_app;
grant select, insert on all tables in schema public to finality_app;
grant update, delete on
    setting, worker, lane_lease, lane_head, static_version, static_row, api_key, login_link, session,
    idempotency, inbox, outbox, condition, exception, timer, command, position, balance, lot
    to finality_app;
