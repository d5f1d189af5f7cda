-- How one release's incidents of some months differ from a later one's. Incidents are
-- matched by month and Crime ID. An id's equal rows are matched first and the rest
-- paired in order, since ids repeat. Rows without an id cannot be matched and count as
-- gone and added.
-- in:     before, after (incidents, or those of them that are not alike)
-- out:    month text, rows_added, rows_gone, rows_moved, rows_outcome_changed: bigint;
--         a row for each month with any row that is not alike
with both_sides as (
    select month, crime_id, category, longitude, latitude, outcome, 1 as side from before
    union all
    select month, crime_id, category, longitude, latitude, outcome, -1 as side from after
),
unmatched as (
    select
        month,
        crime_id,
        category,
        longitude,
        latitude,
        outcome,
        sign(sum(side)) as side,
        unnest(range(abs(sum(side))::bigint)) as copy
    from both_sides
    group by month, crime_id, category, longitude, latitude, outcome
),
in_order as (
    select *, row_number() over (
        partition by month, crime_id, side
        order by category, longitude::text, latitude::text, outcome
    ) as nth
    from unmatched
),
lost as (select * from in_order where side = 1),
won as (select * from in_order where side = -1)
select
    coalesce(lost.month, won.month) as month,
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
full join won
    on won.month = lost.month and won.crime_id = lost.crime_id and won.nth = lost.nth
group by coalesce(lost.month, won.month)
order by month
