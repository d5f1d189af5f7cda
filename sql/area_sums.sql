-- The cells of each of the user's areas added up, by force and crime group.
-- in:     within (layer, area, h3_cell: a cell in two areas twice), cells and spots (as
--         published)
-- out:    the published columns of an area; in order of layer, area, force, crime_group
with members as (
    -- A fixed order of addition, because the last digits of a sum depend on it. It holds
    -- on one thread, which every connection has (sql/__init__.py).
    select within.layer, within.area, cells.*
    from cells
    join within using (h3_cell)
    order by cells.force, cells.crime_group, cells.score_rank
),
sums as (
    select
        layer,
        area,
        force,
        crime_group,
        first(as_of) as as_of,
        count(*)::integer as cells,
        sum(cell_area_m2) as area_m2,
        sum(score) as expected,
        sum(n_3m)::integer as n_3m,
        first(months_3m) as months_3m,
        sum(n_12m)::integer as n_12m,
        first(months_12m) as months_12m,
        sum(n_prev_12m)::integer as n_prev_12m,
        first(months_prev_12m) as months_prev_12m,
        first(h3_cell) as top_cell,
        first(place_label) as place_label,
        count(distinct hotspot_id)::integer as hotspots
    from members
    group by layer, area, force, crime_group
),
highest as (
    select
        members.layer,
        members.area,
        members.force,
        members.crime_group,
        min(spots.hotspot_rank) as hotspot_rank
    from members
    join spots using (hotspot_id)
    group by all
)
select sums.*, highest.hotspot_rank, spots.hotspot_id, spots.name as hotspot_name
from sums
left join highest using (layer, area, force, crime_group)
left join spots using (force, crime_group, hotspot_rank)
order by layer, area, force, crime_group
