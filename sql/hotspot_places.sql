-- The most common place label and street of each hot spot's own incidents; ties in
-- alphabetical order.
-- in:     incidents, members (hotspot_id, h3_cell, crime_group), groups (crime_group,
--         category), venues (place_label: those that name a kind of place, not a
--         street)
-- params: $h3_res: 9 or 10; $first_month, $last_month: the window, both included
-- out:    hotspot_id text, place_label text, street text (the most common kind of venue
--         if no street is named); hot spots without any are left out
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        category,
        place_label,
        count(*) as incidents
    from incidents
    where in_area
        and place_label is not null
        and month between $first_month and $last_month
    group by all
),
labels as (
    select
        hotspot_id,
        place_label,
        place_label in (select place_label from venues) as is_venue,
        sum(incidents) as incidents
    from placed
    join members using (h3_cell)
    join groups using (crime_group, category)
    group by all
)
select
    hotspot_id,
    first(place_label order by incidents desc, place_label) as place_label,
    first(place_label order by is_venue, incidents desc, place_label) as street
from labels
group by hotspot_id
order by hotspot_id
