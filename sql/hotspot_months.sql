-- Incidents of each hot spot's own group in its cells, by month.
-- in:     incidents (located in England and Wales count, the rest do not), members
--         (hotspot_id, h3_cell, crime_group), groups (crime_group, category)
-- params: $h3_res: 9 or 10; $first_month, $last_month: the window, both included
-- out:    hotspot_id text, month text, incidents bigint; none of nought
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        category,
        month,
        count(*) as incidents
    from incidents
    where in_area and month between $first_month and $last_month
    group by all
)
select hotspot_id, month, sum(incidents)::bigint as incidents
from placed
join members using (h3_cell)
join groups using (crime_group, category)
group by hotspot_id, month
order by hotspot_id, month
