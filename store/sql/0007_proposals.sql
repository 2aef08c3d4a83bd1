-- What one person asks for and another decides. The content is canonical JSON and the hash pins it,
-- with what it would change; the log says who did what, these rows say how it stands.

create table proposal (
    id uuid primary key,
    kind text not null,
    content text not null,
    changes text not null, -- rows before and after, as they stood when it was asked
    hash bytea not null,
    proposed_by text not null,
    proposed_at timestamptz not null,
    reason text not null,
    outcome text check (outcome in ('approved', 'rejected', 'withdrawn', 'stale')),
    decided_by text,
    decided_at timestamptz,
    decision_reason text,
    check (hash = sha256(convert_to(kind || E'\n' || content || E'\n' || changes, 'UTF8'))),
    check ((outcome is null) = (decided_by is null) and (outcome is null) = (decided_at is null)),
    check ((outcome = 'withdrawn') = (decided_by = proposed_by))
);
create unique index proposal_open on proposal (hash) where outcome is null;
create index proposal_asked on proposal (proposed_at, id) where outcome is null;
create index proposal_kind on proposal (kind, proposed_at);

-- a change of static data names its version, and the proposal and second person behind it
alter table static_change
    add column version bigint,
    add column proposal uuid references proposal,
    add column approved_by text,
    add check (approved_by <> changed_by);
create index static_change_row on static_change (kind, key, id);

grant select, insert on proposal to finality_app;
grant update (outcome, decided_by, decided_at, decision_reason) on proposal to finality_app;
