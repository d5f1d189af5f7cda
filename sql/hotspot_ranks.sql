-- The hot spots of each as-of month: what each expected, and its rank in its force and
-- group.
-- in:     scores (as stored; those without a hotspot_id are ignored)
-- params: $first_month: as-ofs before it are left out
-- out:    force text, as_of text, crime_group text, hotspot_id text, expected
--         double, cells integer, hotspot_rank integer; in order of force, as-of, group
--         and rank
with members as (
    -- a fixed order of addition, as in hotspots.sql
    select force, as_of, crime_group::varchar as crime_group, hotspot_id, score
    from scores
    where hotspot_id is not null and as_of >= $first_month
    order by force, as_of, score_rank
),
spots as (
    select
        force, as_of, crime_group, hotspot_id, sum(score) as expected, count(*)::integer as cells
    from members
    group by all
)
select
    *,
    row_number() over (
        partition by force, as_of, crime_group order by expected desc, hotspot_id
    )::integer as hotspot_rank
from spots
order by force, as_of, crime_group, hotspot_rank
