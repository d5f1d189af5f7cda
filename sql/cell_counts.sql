-- Incidents of each cell, month and category.
-- in:     incidents (located in England and Wales count, the rest do not)
-- params: $h3_res: 9 or 10, the resolution that is scored
-- out:    h3_cell bigint, month text, category text, incidents bigint
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        month,
        category
    from incidents
    where in_area
)
select h3_cell, month, category, count(*) as incidents
from placed
where h3_cell is not null
group by h3_cell, month, category
order by h3_cell, month, category
