-- What was delivered at each place on each day: visits, minutes, and what came of them.
-- A visit counts on the day that it began. Minutes and visits are of the day's source;
-- what came of visits only logs say. Minutes of a place are those in which anybody was
-- there, so visits that overlap count once; of a log without times they are added.
-- in:     visits (of one programme), place_days (place_id, day, source, planned_minutes)
-- params: $visit_minutes: a shorter stay is a pass
-- out:    one row for each row of place_days, in the order of day and place
with stays as (
    select
        visits.*,
        visits.source = place_days.source as measured,
        minutes >= $visit_minutes as is_visit,
        max(ends) over (
            partition by place_id, day, visits.source, background
            order by starts, ends
            rows between unbounded preceding and 1 preceding
        ) as reached,
        max(ends) over (
            partition by
                place_id, day, visits.source, background, minutes >= $visit_minutes
            order by starts, ends
            rows between unbounded preceding and 1 preceding
        ) as visited
    from visits
    join place_days using (place_id, day)
),
timed as (
    select
        *,
        case
            when starts is null then minutes
            else greatest(
                0, epoch(ends) - epoch(greatest(starts, coalesce(reached, starts)))
            ) / 60
        end as new_minutes,
        case when visited < starts then (epoch(starts) - epoch(visited)) / 60 end
            as gap_minutes
    from stays
),
own as (select * from timed where not background),
sums as (
    select
        place_id,
        day,
        count(*) filter (measured and is_visit) as visits,
        count(*) filter (measured and not is_visit) as passes,
        sum(new_minutes) filter (measured) as patrol_minutes,
        sum(minutes * officers) filter (measured) as officer_minutes,
        sqrt(sum(minutes_se * minutes_se) filter (measured)) as minutes_se,
        bool_and(classed) filter (measured and is_visit) as all_classed,
        count(*) filter (measured and minutes >= 10) as visits_10_plus,
        count(*) filter (measured and minutes between 10 and 20) as visits_10_20,
        count(*) filter (measured and minutes between 10 and 16) as visits_10_16,
        avg(minutes) filter (measured and is_visit) as mean_minutes,
        avg(gap_minutes) filter (measured and is_visit) as gap_minutes,
        sum(minutes * officers) filter (measured and role = 'police') as police,
        sum(minutes * officers) filter (measured and role = 'pcso') as pcso,
        sum(minutes * officers) filter (measured and role = 'special') as special,
        sum(minutes * officers) filter (measured and role = 'warden') as warden,
        sum(minutes * officers) filter (measured and role = 'partner') as partner,
        sum(minutes * officers) filter (measured and mode = 'foot') as foot,
        sum(minutes * officers) filter (measured and mode = 'cycle') as cycle,
        sum(minutes * officers) filter (measured and mode = 'vehicle') as vehicle,
        sum(arrests) as arrests,
        sum(searches) as searches,
        sum(weapons) as weapons,
        sum(asb_powers) as asb_powers,
        sum(engagements) as engagements
    from own
    group by place_id, day
),
other as (
    select place_id, day, sum(new_minutes) filter (measured) as background_minutes
    from timed
    where background
    group by place_id, day
)
select
    place_id,
    day,
    source,
    planned_minutes,
    planned_minutes > 0 as assigned,
    coalesce(visits, 0)::int as visits,
    coalesce(passes, 0)::int as passes,
    round(coalesce(patrol_minutes, 0), 4) as patrol_minutes,
    round(coalesce(officer_minutes, 0), 4) as officer_minutes,
    round(minutes_se, 4) as minutes_se,
    case when coalesce(all_classed, true) then coalesce(visits_10_plus, 0)::int end
        as visits_10_plus,
    case when coalesce(all_classed, true) then coalesce(visits_10_20, 0)::int end
        as visits_10_20,
    case when coalesce(all_classed, true) then coalesce(visits_10_16, 0)::int end
        as visits_10_16,
    round(mean_minutes, 4) as mean_minutes,
    round(gap_minutes, 4) as gap_minutes,
    round(coalesce(background_minutes, 0), 4) as background_minutes,
    round(coalesce(police, 0), 4) as police_officer_minutes,
    round(coalesce(pcso, 0), 4) as pcso_officer_minutes,
    round(coalesce(special, 0), 4) as special_officer_minutes,
    round(coalesce(warden, 0), 4) as warden_officer_minutes,
    round(coalesce(partner, 0), 4) as partner_officer_minutes,
    round(coalesce(foot, 0), 4) as foot_officer_minutes,
    round(coalesce(cycle, 0), 4) as cycle_officer_minutes,
    round(coalesce(vehicle, 0), 4) as vehicle_officer_minutes,
    arrests::int as arrests,
    searches::int as searches,
    weapons::int as weapons,
    asb_powers::int as asb_powers,
    engagements::int as engagements
from place_days
left join sums using (place_id, day)
left join other using (place_id, day)
order by day, place_id
