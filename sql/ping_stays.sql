-- From pings to stays. A ping owns the time from the middle between it and the ping of its
-- unit before to the middle between it and the next, each half capped: a unit that is
-- silent for long is not known to have stayed. What it owns in one place is joined over
-- short absences. Pings of about midnight on both sides are context: only time between
-- the two midnights counts. A unit's only ping owns nothing.
-- in:     pings (unit, reported_at, place_id, officers, role, mode, background)
-- params: $first_us, $end_us: the day's midnights, microseconds since 1970, UTC;
--         $cap_us: the most that a ping owns; $merge_us: the longest absence joined;
--         $classed_us: with a median gap above that, stays are not classed by length
-- out:    one row a stay: place_id, starts, ends, minutes, minutes_se, classed, officers,
--         role, mode, background; never a unit
with steps as (
    select
        *,
        epoch_us(reported_at) as us,
        epoch_us(reported_at) - lag(epoch_us(reported_at)) over of_unit as gap_before,
        lead(epoch_us(reported_at)) over of_unit - epoch_us(reported_at) as gap_after
    from pings
    window of_unit as (partition by unit order by reported_at)
),
paces as (
    select unit, median(gap_after) as pace_us
    from steps
    where us >= $first_us and us < $end_us
    group by unit
),
owned as (
    select
        * exclude (gap_before, gap_after),
        greatest(us - least(coalesce(gap_before, 0), $cap_us) // 2, $first_us) as lo,
        least(us + least(coalesce(gap_after, 0), $cap_us) // 2, $end_us) as hi
    from steps
    where place_id is not null
),
marked as (
    select
        *,
        coalesce(lo - lag(hi) over of_place > $merge_us, true) as is_new
    from owned
    where hi > lo
    window of_place as (partition by unit, place_id, background order by us)
),
numbered as (
    select
        *,
        sum(is_new::int) over (
            partition by unit, place_id, background
            order by us
            rows between unbounded preceding and current row
        ) as stay
    from marked
)
select
    place_id,
    timezone('UTC', make_timestamp(min(lo))) as starts,
    timezone('UTC', make_timestamp(max(hi))) as ends,
    sum(hi - lo)::double / 60e6 as minutes,
    coalesce(any_value(pace_us), 0) / sqrt(6) / 60e6 as minutes_se,
    coalesce(any_value(pace_us) <= $classed_us, false) as classed,
    first(officers order by us) as officers,
    first(role order by us) as role,
    first(mode order by us) as mode,
    background
from numbered
join paces using (unit)
group by unit, place_id, background, stay
order by starts, place_id, ends, officers, role, mode, background
