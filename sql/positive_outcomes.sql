-- How many crimes of each scored cell and crime group have a final outcome, and the share
-- of those with a positive one.
-- in:     crimes (from latest_outcomes), kept (month, raw_line: those that are not at
--         excluded places), classes (outcome, positive; only final outcomes),
--         groups (crime_group, category), months (month; those that count), scored
--         (nth, h3_cell, crime_group)
-- params: $h3_res: 9 or 10
-- out:    n_outcomes integer, positive_share double? (null where there are none); a row
--         for each of scored, by nth
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        category,
        positive
    from crimes
    join kept using (month, raw_line)
    join classes using (outcome)
    where in_area and month in (select month from months)
),
counted as (
    select
        h3_cell,
        crime_group,
        count(*) as n_outcomes,
        count(*) filter (where positive) as n_positive
    from placed
    join groups using (category)
    group by h3_cell, crime_group
)
select
    coalesce(n_outcomes, 0)::integer as n_outcomes,
    n_positive / n_outcomes as positive_share
from scored
left join counted using (h3_cell, crime_group)
order by nth
