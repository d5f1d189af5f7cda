-- How many crimes of each cell and crime group have a final outcome, and how many of
-- those a positive one.
-- in:     crimes (as latest_outcomes gives them), kept (month, raw_line: those that are
--         not at excluded places), classes (outcome, positive; final outcomes alone),
--         groups (crime_group, category), months (month; those that count)
-- params: $h3_res: 9 or 10
-- out:    h3_cell bigint, crime_group text, n_outcomes integer, n_positive integer
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        category,
        positive
    from crimes
    join kept using (month, raw_line)
    join classes using (outcome)
    where in_area and month in (select month from months)
)
select
    h3_cell,
    crime_group,
    count(*)::integer as n_outcomes,
    count(*) filter (where positive)::integer as n_positive
from placed
join groups using (category)
where h3_cell is not null
group by h3_cell, crime_group
order by h3_cell, crime_group
