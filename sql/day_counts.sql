-- Incidents of each cell, day and category, and their harm. The day is the one, on the
-- clock in London, by whose end the incident had happened for certain: that of its latest
-- time where it has one. Counted on an earlier one, a backtest would know it too soon.
-- in:     live_records (located in England and Wales count, the rest do not),
--         category_harm (category, harm), offence_harm (offence_code, harm)
-- out:    h3_cell bigint (resolution 10), day text, category text, incidents bigint,
--         harm double (of all of them together), gravest double (of the gravest one)
with placed as (
    select
        h3_r10 as h3_cell,
        strftime(
            timezone('Europe/London', coalesce(occurred_to, occurred_from)), '%Y-%m-%d'
        ) as day,
        category,
        coalesce(live_records.harm, offence_harm.harm, category_harm.harm) as harm,
        count(*) as incidents
    from live_records
    join category_harm using (category)
    left join offence_harm using (offence_code)
    where in_area and h3_r10 is not null
    group by all
)
select
    h3_cell,
    day,
    category,
    sum(incidents)::bigint as incidents,
    sum(incidents * harm order by harm) as harm,
    max(harm) as gravest
from placed
group by h3_cell, day, category
order by h3_cell, day, category
