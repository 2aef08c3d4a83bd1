-- People: who may sign in, what they may do, and what became of their sessions.
--
-- A person is whoever an action is recorded under: someone who signs in by name, or the one who answers
-- for a program's key. Rights are rows; where there is none nothing is allowed.

create table person (
    login text primary key check (login <> ''),
    name text not null,
    password text, -- argon2id; none: signs in by a key's one-time link only
    must_change boolean not null default false,
    failed smallint not null default 0,
    locked_until timestamptz,
    signed_in_at timestamptz,
    disabled_at timestamptz,
    created_at timestamptz not null,
    created_by text not null
);

-- a role, held everywhere or only for one legal entity, portfolio, kind of instruction, up to an amount
create table entitlement (
    person text not null references person,
    role text not null check (role in (
        'viewer', 'maker', 'checker', 'link', 'auditor', 'config', 'security', 'admin')),
    entity text not null default '*',
    portfolio text not null default '*',
    kind text not null default '*',
    amount_max numeric check (amount_max > 0),
    currency text,
    primary key (person, role, entity, portfolio, kind),
    check ((amount_max is null) = (currency is null))
);

insert into person (login, name, created_at, created_by)
select person, person, min(created_at), 'migration' from api_key group by person;
insert into entitlement (person, role)
select distinct person, role from api_key, unnest(roles) role;
alter table api_key add foreign key (person) references person;
create index api_key_person on api_key (person);

-- a session belongs to a person; one that a key opened ends with the key as well
alter table session
    add column person text references person,
    add column seen_at timestamptz not null default now(),
    alter column prefix drop not null;
update session s set person = k.person from api_key k where k.prefix = s.prefix;
alter table session alter column person set not null;
create index session_person on session (person);

-- who did what: asked by person, or by what it was done to; the lanes' own doings are not in it
create index event_by_people on event (actor, known_at) where actor not in ('lifecycle', 'outside');

grant select, insert, update on person to finality_app;
grant select, insert, delete on entitlement to finality_app;
