-- Incidents of each cell, period and category, and their harm: the incident's own, or
-- else that of its offence, or else that of its category.
-- in:     incidents (located in England and Wales count, the rest do not; period: a
--         month or a day), category_harm (category, harm), offence_harm (offence_code,
--         harm)
-- params: $h3_res: 9 or 10, the resolution that is scored
-- out:    h3_cell bigint, period text, category text, incidents bigint, harm double (of
--         all of them together), gravest double (of the gravest one)
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        period,
        category,
        coalesce(incidents.harm, offence_harm.harm, category_harm.harm) as harm,
        count(*) as incidents
    from incidents
    join category_harm using (category)
    left join offence_harm using (offence_code)
    where in_area
    group by all
)
select
    h3_cell,
    period,
    category,
    sum(incidents)::bigint as incidents,
    sum(incidents * harm order by harm) as harm,
    max(harm) as gravest
from placed
where h3_cell is not null
group by h3_cell, period, category
order by h3_cell, period, category
