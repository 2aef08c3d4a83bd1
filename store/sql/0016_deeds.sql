-- The audit trail from its end, and what people did beyond the routine of handing in.
create index event_deeds on event (known_at, lane, seq) where actor not in ('lifecycle', 'outside');
create index event_work on event (known_at, lane, seq)
    where actor not in ('lifecycle', 'outside')
      and type not in ('InstructionReceived', 'Instructed', 'TradeBooked', 'CashOpened', 'PositionOpened');
