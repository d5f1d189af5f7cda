-- Pings that cannot be right: repeats of a unit and moment, and those from which the unit
-- would have had to reach its next ping faster than anything drives.
-- in:     pings (row, unit, reported_at, longitude, latitude), each within bounds
-- params: $most_m_s: metres a second
-- out:    row, rule: duplicate or speed
with numbered as (
    select *, row_number() over (partition by unit, reported_at order by row) as nth from pings
),
legs as (
    select
        row,
        epoch(lead(reported_at) over of_unit) - epoch(reported_at) as seconds,
        -- metres: of a degree of latitude, and of longitude there
        111195 * sqrt(
            (lead(latitude) over of_unit - latitude) ** 2
            + (
                (lead(longitude) over of_unit - longitude)
                * cos(radians(latitude))
            ) ** 2
        ) as metres
    from numbered
    where nth = 1
    window of_unit as (partition by unit order by reported_at)
)
select row, 'duplicate' as rule from numbered where nth > 1
union all
select row, 'speed' as rule from legs where metres > $most_m_s * seconds
order by row
