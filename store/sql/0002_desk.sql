-- What the desk's pages look up.
--
-- Nearly every message moves a condition, and a moved row must stay on its page (HOT), or each index
-- is written again. So no index here names a column that moves: `urgency` changes only when the
-- settlement date does and when nothing is open any more. It is the order of the list as well:
-- what is open comes by settlement date, then what is done, newest first.

alter table condition add column urgency integer not null generated always as (
    case
        when state in (
            'settled', 'part_settled_rest_cancelled', 'cancelled', 'rejected', 'reversed',
            'credited', 'debited', 'returned')
        then 1000000 - (coalesce(settle_on, date '2000-01-01') - date '2000-01-01')
        else coalesce(settle_on, date '2000-01-01') - date '2000-01-01'
    end) stored;

create index condition_urgency on condition (urgency, (-coalesce(amount, 0)), id);
create index outbox_instruction on outbox (instruction);
create index exception_instruction on exception (instruction) where closed_at is null;
