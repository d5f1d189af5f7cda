-- What each rule of exclusion removes of one force's incidents.
-- in:     incidents, rules (id, label: a regular expression or null, cell or null)
-- params: $first_12m, $first_36m, $last_month: the windows, both ends included
-- out:    id text, incidents_12m bigint, incidents_36m bigint; rules that meet none too
with places as (
    select place_label, h3_r9, h3_r10, month, count(*) as incidents
    from incidents
    where in_area and month between $first_36m and $last_month
    group by all
)
select
    rules.id,
    coalesce(sum(incidents) filter (month >= $first_12m), 0)::bigint as incidents_12m,
    coalesce(sum(incidents), 0)::bigint as incidents_36m
from rules
left join places on regexp_full_match(place_label, rules.label)
    or rules.cell in (h3_r9, h3_r10)
group by rules.id
order by rules.id
