-- The points of each cell that have had an incident, and the periods in which they had.
-- A point is a pair of coordinates.
-- in:     incidents (located in England and Wales count, the rest do not; period: a month
--         or a day)
-- params: $h3_res: 9 or 10, the resolution that is scored
-- out:    h3_cell bigint, point bigint (0, 1, ... by cell and coordinates), period
--         text
with placed as (
    select distinct
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        longitude,
        latitude,
        period
    from incidents
    where in_area
)
select
    h3_cell,
    dense_rank() over (order by h3_cell, longitude, latitude) - 1 as point,
    period
from placed
where h3_cell is not null
order by point, period
