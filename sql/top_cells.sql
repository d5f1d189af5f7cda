-- The highest 1 % of each force's cells in each crime group, with the names of force and
-- group: the cells to start from for most questions. In no particular order.
-- in:     cells, forces, crime_groups
-- out:    force_name, group_label, then all columns of cells
select forces.force_name, crime_groups.label as group_label, cells.*
from cells
inner join forces on forces.force = cells.force
inner join crime_groups on crime_groups.crime_group = cells.crime_group
where cells.score_band = 'top_1pct'
