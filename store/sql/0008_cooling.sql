-- When a second person approved what a standing instruction or account says now: it is used only
-- some hours later. Ending a row, or moving its dates, is no such change.

alter table static_row add column approved_at timestamptz;
