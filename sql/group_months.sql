-- Incidents of each cell, crime group and month.
-- in:     incidents (located in England and Wales count, the rest do not), groups
--         (crime_group, category)
-- params: $h3_res: 9 or 10; $first_month, $last_month: the window, both included
-- out:    crime_group text, h3_cell bigint, month text, incidents bigint; none of nought
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
select crime_group, h3_cell, month, sum(incidents)::bigint as incidents
from placed
join groups using (category)
where h3_cell is not null
group by crime_group, h3_cell, month
order by crime_group, h3_cell, month
