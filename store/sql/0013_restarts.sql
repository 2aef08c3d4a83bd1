-- What a process that died was sending, and when its link's next holder took it up: one row an attempt.
create table taken_up (
    outbox bigint not null,
    attempt smallint not null, -- the one that may have left the machine
    lane smallint not null,
    instruction uuid not null,
    link text not null,
    gone text not null, -- who was sending it
    at timestamptz not null, -- business time
    primary key (outbox, attempt)
);
create index taken_up_at on taken_up (at);
grant select, insert on taken_up to finality_app;
