-- What the desk's pages look up. The condition table gets no index of its own here: every move of an
-- instruction would have to maintain it, and a scan of 100,000 rows stays well under 100 ms.

create index outbox_instruction on outbox (instruction);
create index exception_instruction on exception (instruction) where closed_at is null;
