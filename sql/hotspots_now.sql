-- The hot spots with the names of force and group, and the change in the monthly mean
-- from the previous year, over the supplied months of each year: null if a year has
-- none.
-- in:     hotspots, forces, crime_groups
-- out:    force_name, group_label, change_a_month, then all columns of hotspots
select
    forces.force_name,
    crime_groups.label as group_label,
    hotspots.n_12m / nullif(hotspots.months_12m, 0)
    - hotspots.n_prev_12m / nullif(hotspots.months_prev_12m, 0) as change_a_month,
    hotspots.*
from hotspots
inner join forces on forces.force = hotspots.force
inner join crime_groups on crime_groups.crime_group = hotspots.crime_group
