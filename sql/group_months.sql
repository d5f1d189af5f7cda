-- Incidents of each crime group, cell and month.
-- in:     counted (h3_cell, month, category, incidents: of one cell, month and category),
--         groups (crime_group, category)
-- params: $first_month, $last_month: the window, both included
-- out:    crime_group text, h3_cell bigint, month text, incidents bigint; none of nought;
--         ordered by group, cell and month
select
    crime_group,
    h3_cell,
    month,
    sum(incidents)::bigint as incidents
from counted
join groups using (category)
where month between $first_month and $last_month
group by crime_group, h3_cell, month
order by crime_group, h3_cell, month
