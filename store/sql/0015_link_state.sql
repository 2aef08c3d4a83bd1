-- What each link's holder last saw of it, so that whoever watches sees the links of every process.
create table link_state (
    link text primary key,
    up boolean not null,
    since timestamptz not null -- real time
);
grant select, insert, update on link_state to finality_app;
