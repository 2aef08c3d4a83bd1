-- Tickets a person fills in often, by a name of their own.
create table ticket_template (
    person text not null references person,
    name text not null,
    kind text not null check (kind in ('securities', 'payment')),
    fields text not null, -- JSON: what was typed, by field
    saved_at timestamptz not null,
    primary key (person, name)
);
grant select, insert, update, delete on ticket_template to finality_app;
