-- How many of one force's incidents each exclusion rule removes.
-- in:     incidents, rules (id, and label: a regular expression, or else cell)
-- params: $labels: one regular expression for all rules of labels, or null
--         $first_12m, $first_36m, $last_month: the windows, both ends included
-- out:    id text, incidents_12m bigint, incidents_36m bigint; including rules that
--         match none
with places as (
    select place_label, h3_r9, h3_r10, month, count(*) as incidents
    from incidents
    where in_area and month between $first_36m and $last_month
    group by all
),
-- the expression of a rule is compiled for each text that it is matched with: only for few
labels as (
    select rules.id, place_label
    from (
        select distinct place_label
        from places
        where regexp_full_match(place_label, $labels::text)
    )
    join rules on regexp_full_match(place_label, rules.label)
),
removed as (
    select id, month, incidents from labels join places using (place_label)
    union all
    select id, month, incidents from rules join places on rules.cell = h3_r9
    union all
    select id, month, incidents from rules join places on rules.cell = h3_r10
)
select
    rules.id,
    coalesce(sum(incidents) filter (month >= $first_12m), 0)::bigint as incidents_12m,
    coalesce(sum(incidents), 0)::bigint as incidents_36m
from rules
left join removed using (id)
group by rules.id
order by rules.id
