-- The profile of a force's month by category: incidents, incidents with a place, and the
-- most incidents on one point.
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
