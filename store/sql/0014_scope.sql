-- What a reader sees whose rights reach only some portfolios: views by the tables' own names.
--
-- Such a reader's connections look here first (search_path), so that every statement there is, and every
-- one there will be, is bounded without knowing it. Without the setting there is an error, not a row.
create schema scoped;

create function scoped.portfolios() returns text[] stable language sql as
$$ select string_to_array(current_setting('finality.portfolios'), E'\x1f') $$;
create function scoped.person() returns text stable language sql as
$$ select current_setting('finality.person') $$;

do $$
declare
    name text;
begin
    foreach name in array array[
        'condition', 'instruction', 'event', 'reference', 'journal', 'entry', 'movement', 'position',
        'balance', 'lot', 'alarm'
    ] loop
        execute format(
            'create view scoped.%1$I as select * from public.%1$I'
            ' where portfolio = any ((select scoped.portfolios())::text[])', name);
    end loop;
    -- what hangs on an instruction
    foreach name in array array['version', 'fact', 'timer', 'exception', 'inbox', 'outbox', 'taken_up'] loop
        execute format(
            'create view scoped.%1$I as select * from public.%1$I x where exists ('
            ' select from scoped.instruction i where i.lane = x.lane and i.id = x.instruction)', name);
    end loop;
end $$;
create view scoped.outbox_attempt as
select * from public.outbox_attempt x where exists (
    select from scoped.outbox o where o.id = x.outbox);
create view scoped.raw_message as
select * from public.raw_message x
where exists (select from scoped.inbox i where i.id = x.id)
   or exists (select from scoped.outbox o where o.id = x.id)
   or exists (select from public.outbox_attempt a join scoped.outbox o on o.id = a.outbox
              where a.message = x.id);
create view scoped.repair as
select * from public.repair x where exists (
    select from scoped.exception e where (e.lane, e.code, e.key) = (x.lane, x.code, x.key));
create view scoped.witness as
select * from public.witness x where exists (select from scoped.inbox i where i.id = x.message);
create view scoped.authentication as
select * from public.authentication x where exists (
    select from scoped.inbox i where i.id = x.message);
-- of the house's own matters: what one asked for oneself, and static data of one's own portfolios
create view scoped.proposal as
select * from public.proposal where proposed_by = (select scoped.person());
create view scoped.ticket_template as
select * from public.ticket_template where person = (select scoped.person());
create view scoped.static_row as
select * from public.static_row
where coalesce(body::jsonb ->> 'portfolio', case kind when 'portfolios' then key end) is null
   or coalesce(body::jsonb ->> 'portfolio', case kind when 'portfolios' then key end)
      = any ((select scoped.portfolios())::text[]);
create view scoped.static_change as
select * from public.static_change
where coalesce(coalesce(after, before)::jsonb ->> 'portfolio',
               case kind when 'portfolios' then key end) is null
   or coalesce(coalesce(after, before)::jsonb ->> 'portfolio',
               case kind when 'portfolios' then key end)
      = any ((select scoped.portfolios())::text[]);

grant usage on schema scoped to finality_app;
grant select on all tables in schema scoped to finality_app;
grant insert, update on scoped.proposal, scoped.alarm to finality_app;
grant insert, update, delete on scoped.ticket_template to finality_app;
