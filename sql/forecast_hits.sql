-- How a forecast's cells did in a month, by crime group: the incidents in its highest
-- cells, and how many of the highest 5 % have a count inside their interval.
-- in:     published (crime_group, h3_cell as text, score, score_lo, score_hi,
--         score_rank), counted (h3_cell, category, incidents), groups (crime_group,
--         category)
-- params: $cells_0_5pct, $cells_1pct, $cells_2pct, $cells_5pct: the number of those
--         cells
-- out:    crime_group text; incidents, hits_0_5pct, hits_1pct, hits_2pct, hits_5pct
--         integer; expected_1pct double; cells_5pct, inside_5pct integer; by
--         crime_group
with happened as (
    select
        crime_group,
        format('{:x}', h3_cell) as h3_cell,
        sum(incidents)::bigint as incidents
    from counted
    join groups using (category)
    group by crime_group, counted.h3_cell
),
cells as (
    select
        crime_group,
        coalesce(incidents, 0) as incidents,
        score,
        score_rank,
        coalesce(incidents, 0) between score_lo and score_hi as inside
    from happened
    full join published using (crime_group, h3_cell)
)
select
    crime_group,
    coalesce(sum(incidents), 0)::integer as incidents,
    coalesce(sum(incidents) filter (score_rank <= $cells_0_5pct), 0)::integer
        as hits_0_5pct,
    coalesce(sum(incidents) filter (score_rank <= $cells_1pct), 0)::integer
        as hits_1pct,
    coalesce(sum(incidents) filter (score_rank <= $cells_2pct), 0)::integer
        as hits_2pct,
    coalesce(sum(incidents) filter (score_rank <= $cells_5pct), 0)::integer
        as hits_5pct,
    -- rounded: the last digits of a sum depend on its order, and the rows are hashed
    round(
        coalesce(sum(score order by score_rank) filter (score_rank <= $cells_1pct), 0),
        6
    ) as expected_1pct,
    count(*) filter (score_rank <= $cells_5pct)::integer as cells_5pct,
    count(*) filter (inside and score_rank <= $cells_5pct)::integer as inside_5pct
from (select distinct crime_group from groups)
left join cells using (crime_group)
group by crime_group
order by crime_group
