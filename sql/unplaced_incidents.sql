-- How many incidents of each month and category there are, and how many of them no cell
-- can count.
-- in:     incidents
-- params: $h3_res: 9 or 10, the resolution that is scored; $first_month, $last_month: the
--         window, both included
-- out:    month text, category text, incidents bigint, without_place bigint,
--         outside_area bigint (placed, but not in England and Wales)
with placed as (
    select
        month,
        category,
        coalesce(in_area, false) as in_area,
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end is not null as has_place
    from incidents
    where month between $first_month and $last_month
)
select
    month,
    category,
    count(*) as incidents,
    count(*) filter (not has_place) as without_place,
    count(*) filter (has_place and not in_area) as outside_area
from placed
group by month, category
order by month, category
