-- The points of each cell that have had an incident, and the days on which they had. A
-- point is a place to about a metre: exact feeds repeat an address, not its last digit.
-- in:     live_records (located in England and Wales count, the rest do not)
-- out:    h3_cell bigint (resolution 10), point bigint (0, 1, ... by cell and
--         coordinates), day text
with placed as (
    select distinct
        h3_r10 as h3_cell,
        round(longitude, 5) as longitude,
        round(latitude, 5) as latitude,
        strftime(
            timezone('Europe/London', coalesce(occurred_to, occurred_from)), '%Y-%m-%d'
        ) as day
    from live_records
    where in_area and h3_r10 is not null
)
select
    h3_cell,
    dense_rank() over (order by h3_cell, longitude, latitude) - 1 as point,
    day
from placed
order by point, day
