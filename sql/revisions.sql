-- How one release's incidents of a month differ from a later one's. Incidents are
-- matched by Crime ID. An id's equal rows are matched first and the rest paired in
-- order, since ids repeat. Rows without an id cannot be matched and count as gone and
-- added.
-- in:     before, after (incidents)
-- out:    rows_added, rows_gone, rows_moved, rows_outcome_changed: one row of bigint
with both_sides as (
    select crime_id, category, longitude, latitude, outcome, 1 as side from before
    union all
    select crime_id, category, longitude, latitude, outcome, -1 as side from after
),
unmatched as (
    select
        crime_id,
        category,
        longitude,
        latitude,
        outcome,
        sign(sum(side)) as side,
        unnest(range(abs(sum(side))::bigint)) as copy
    from both_sides
    group by crime_id, category, longitude, latitude, outcome
),
in_order as (
    select *, row_number() over (
        partition by crime_id, side
        order by category, longitude::text, latitude::text, outcome
    ) as nth
    from unmatched
),
lost as (select * from in_order where side = 1),
won as (select * from in_order where side = -1)
select
    count(*) filter (lost.nth is null) as rows_added,
    count(*) filter (won.nth is null) as rows_gone,
    count(*) filter (
        lost.nth = won.nth
        and (lost.longitude, lost.latitude)
        is distinct from (won.longitude, won.latitude)
    ) as rows_moved,
    count(*) filter (
        lost.nth = won.nth and lost.outcome is distinct from won.outcome
    ) as rows_outcome_changed
from lost
full join won on won.crime_id = lost.crime_id and won.nth = lost.nth
