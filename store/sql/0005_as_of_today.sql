-- What the default question of the books needs: as of today, without walking history. What is dated
-- later than today stands at the end of the table: a summary per range of pages finds it.

create index movement_effective on movement using brin (effective_on)
    with (pages_per_range = 16, autosummarize = on);
create index entry_effective on entry using brin (effective_on)
    with (pages_per_range = 16, autosummarize = on);
