-- How many searches each area had, and what became of them: all together, by what was
-- searched for, and by both fields of ethnicity, apart.
-- in:     searches (month, area, object_of_search, officer_group, self_group, outcome?,
--         outcome_linked?), periods (period, month; a month may be of several)
-- params: $no_action: the outcome of those that led to nothing; $whole: the name of all
--         areas together
-- out:    period text, area text, breakdown text, value text; bigint: n, n_known_outcome
--         (an outcome is stated), actions (of those, other than no action), n_known_find
--         (it is known whether what was searched for was found), finds; ordered
with judged as (
    select
        month,
        unnest([area, $whole]) as area,
        outcome,
        outcome <> $no_action as acted,
        -- an empty link says nothing, unless no action was taken: then nothing was found
        case
            when outcome = $no_action or not outcome_linked then false
            when outcome_linked and outcome is not null then true
        end as found,
        object_of_search,
        officer_group,
        self_group
    from searches
),
parts as (
    select
        *,
        unnest([
            {'breakdown': 'all', 'value': 'all'},
            {'breakdown': 'object', 'value': object_of_search},
            {'breakdown': 'officer-defined', 'value': officer_group},
            {'breakdown': 'self-defined', 'value': self_group}
        ]) as part
    from judged
)
select
    period,
    area,
    part.breakdown as breakdown,
    part.value as value,
    count(*) as n,
    count(outcome) as n_known_outcome,
    count(*) filter (acted) as actions,
    count(found) as n_known_find,
    count(*) filter (found) as finds
from parts
join periods using (month)
group by all
order by all
