-- How many points each month has, and how many of them the previous stored month had too.
-- A point is a pair of coordinates as published.
-- in:     incidents (located in England and Wales count, the rest do not)
-- out:    month text, points bigint, shared bigint; ordered by month
with points as (
    select distinct month, longitude, latitude
    from incidents
    where in_area
),
previous as (
    select
        month,
        lag(month) over (partition by longitude, latitude order by month) as last_month
    from points
),
months as (
    select month, lag(month) over (order by month) as before
    from (select distinct month from points)
)
select
    month,
    count(*)::bigint as points,
    count(*) filter (last_month = before)::bigint as shared
from previous
join months using (month)
group by month
order by month
