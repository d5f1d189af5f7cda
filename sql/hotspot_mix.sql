-- What is recorded in the cells of each hot spot, by single category, as one text.
-- in:     cells (as published, of one force or several), singles (crime_group: those of
--         one category)
-- out:    hotspot_id text, mix_12m text: the five groups that have most incidents in the
--         cells, each with a space and their number, the most first and equal ones in
--         order of their names, then the others together; separated by semicolons
with members as (
    select hotspot_id, force, h3_cell from cells where hotspot_id is not null
),
mixed as (
    select members.hotspot_id, cells.crime_group, sum(cells.n_12m) as incidents
    from members
    join cells using (force, h3_cell)
    join singles on singles.crime_group = cells.crime_group
    where cells.n_12m > 0
    group by all
),
placed as (
    select
        hotspot_id,
        crime_group,
        incidents::bigint as incidents,
        row_number() over (
            partition by hotspot_id order by incidents desc, crime_group
        ) as place
    from mixed
)
select
    hotspot_id,
    string_agg(crime_group || ' ' || incidents, '; ' order by place)
    filter (place <= 5)
    || coalesce('; others ' || sum(incidents) filter (place > 5)::bigint, '') as mix_12m
from placed
group by hotspot_id
order by hotspot_id
