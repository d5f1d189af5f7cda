-- Each hot spot as one row: the sums of its cells, values of its highest cell, its name,
-- and its rank by expected incidents in its force and crime group.
-- in:     cells (as published; those without a hotspot_id are ignored), names
--         (hotspot_id, place_label)
-- out:    the published columns of a hot spot that follow from its cells and its name; in
--         order of force, crime_group and rank
with members as (
    -- A fixed order of addition, because the last digits of a sum depend on it. It holds
    -- on one thread, which every connection has (sql/__init__.py).
    select * from cells where hotspot_id is not null order by score_rank
),
spots as (
    select
        force,
        crime_group,
        hotspot_id,
        first(as_of) as as_of,
        sum(score) as expected,
        sum(n_1m)::integer as n_1m,
        sum(n_12m)::integer as n_12m,
        sum(n_prev_12m)::integer as n_prev_12m,
        first(months_12m) as months_12m,
        first(months_prev_12m) as months_prev_12m,
        sum(expected_12m) as expected_12m,
        sum(harm_12m) as harm_12m,
        sum(harm_score) as harm_score,
        max(p_top1) as p_top1,
        first(hotspot_class) as hotspot_class,
        count(*)::integer as cells,
        sum(cell_area_m2) as area_m2,
        first(h3_cell) as top_cell,
        first(lsoa21cd) as lsoa21cd,
        first(lat) as lat,
        first(lon) as lon,
        first(easting) as easting,
        first(northing) as northing,
        string_agg(h3_cell, ' ') as h3_cells
    from members
    group by force, crime_group, hotspot_id
)
select
    spots.*,
    names.place_label as name,
    row_number() over (
        partition by force, crime_group order by expected desc, hotspot_id
    )::integer as hotspot_rank
from spots
left join names using (hotspot_id)
order by force, crime_group, hotspot_rank
