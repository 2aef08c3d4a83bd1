-- What the one box finds over all there ever was, by indexes alone. The columns never move once an
-- instruction left, so a moved condition stays on its page; their references are in the log.

create index instruction_reference on instruction (upper(reference) text_pattern_ops);
create index condition_isin on condition (isin text_pattern_ops);
create index condition_amount on condition (amount);
create index event_their_reference on event (substring(payload from '"reference":"([^"\\]+)"'))
    where type in ('StatusReceived', 'ConfirmationReceived', 'CashAdvised', 'PaymentStatusReceived');
