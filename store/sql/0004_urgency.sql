-- Over is what has nothing open and no trade left that nothing instructs.
--
-- A settled part that was taken back is open again though it shows as reversed, and a trade whose
-- instruction others ended waits for us: both stand among what is open (decision 0006).

drop index condition_urgency;
alter table condition drop column urgency;
alter table condition add column urgency integer not null generated always as (
    case
        when state in (
            'settled', 'part_settled_rest_cancelled', 'cancelled', 'rejected', 'reversed',
            'credited', 'debited', 'returned')
            and coalesce(open_quantity, 0) = 0
            and not flags @> array['uninstructed']
        then 1000000 - (coalesce(settle_on, date '2000-01-01') - date '2000-01-01')
        else coalesce(settle_on, date '2000-01-01') - date '2000-01-01'
    end) stored;

create index condition_urgency on condition (urgency, (-coalesce(amount, 0)), id);
