-- One force's crimes with the latest known outcome of each: from the newest month in
-- the outcomes files, the last line within a month, or else the street file's own. Rows
-- without a Crime ID (ASB) have none. Outcomes files refer to the id, so if several
-- rows have the same id, each gets the id's latest outcome: there is no way to know
-- which row was meant.
-- in:     incidents, outcomes (of the same force)
-- params: $first_month, $last_month: months of the crimes, both included; outcomes of
--         later months are not known yet
-- out:    month text, raw_line integer (the key), category text, in_area boolean, h3_r9
--         bigint, h3_r10 bigint, outcome text?, outcome_month text? (null where the
--         outcome is the street file's own)
with latest as (
    select crime_id, arg_max(outcome, (month, raw_line)) as outcome, max(month) as month
    from outcomes
    where month <= $last_month
    group by crime_id
)
select
    i.month,
    i.raw_line,
    i.category,
    i.in_area,
    i.h3_r9,
    i.h3_r10,
    case when i.crime_id is not null then coalesce(latest.outcome, i.outcome) end
        as outcome,
    latest.month as outcome_month
from incidents as i
left join latest on latest.crime_id = i.crime_id
where i.month between $first_month and $last_month
order by i.month, i.raw_line
