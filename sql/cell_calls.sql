-- Calls for service of each cell and kind in the days that were supplied.
-- in:     calls (records with the day that they count on, as dated_records gives them;
--         located in England and Wales count, the rest do not), days (period: each
--         supplied day of the window, once)
-- params: $h3_res: 9 or 10, the resolution that is scored
-- out:    h3_cell bigint, category text, calls bigint
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        category
    from calls
    join days using (period)
    where in_area
)
select
    h3_cell,
    category,
    count(*)::bigint as calls
from placed
where h3_cell is not null
group by h3_cell, category
order by h3_cell, category
