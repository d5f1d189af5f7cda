-- What a month of a force looks like: by category how many incidents, how many with a
-- place, and how many at most on one point.
-- in:     incidents
-- out:    month text, category text, incidents bigint, located bigint,
--         most_on_a_point bigint
with points as (
    select
        month,
        category,
        longitude,
        latitude,
        count(*) as incidents
    from incidents
    group by month, category, longitude, latitude
)
select
    month,
    category,
    sum(incidents)::bigint as incidents,
    coalesce(sum(incidents) filter (longitude is not null), 0)::bigint as located,
    coalesce(max(incidents) filter (longitude is not null), 0)::bigint
        as most_on_a_point
from points
group by month, category
order by month, category
