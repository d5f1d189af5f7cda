-- A force's own records by point, day, category and place label, and their harm: the
-- record's own, or else that of its offence, or else that of its category. A label is
-- that of open records alone: a sensitive one must not name its place.
-- in:     dated_records (of that query, with `sensitive`), category_harm (category, harm),
--         offence_harm (offence_code, harm)
-- params: $h3_res: 10, the resolution that is scored
-- out:    longitude, latitude double, to about a metre; h3_cell bigint; period, category
--         text; place_label text?; incidents, open_incidents, final_outcomes,
--         positive_outcomes bigint (the last two are 0: such a feed has no outcomes);
--         harm double (of all of them), gravest double (of the gravest one); in order of
--         point, period, category and label
with weighed as (
    select
        longitude,
        latitude,
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        period,
        category::varchar as category,
        case when not sensitive then place_label end as place_label,
        sensitive,
        coalesce(dated_records.harm, offence_harm.harm, category_harm.harm) as harm
    from dated_records
    left join category_harm using (category)
    left join offence_harm using (offence_code)
    where in_area
)
select
    longitude,
    latitude,
    h3_cell,
    period,
    category,
    place_label,
    count(*) as incidents,
    count(*) filter (not sensitive) as open_incidents,
    0::bigint as final_outcomes,
    0::bigint as positive_outcomes,
    coalesce(sum(harm order by harm), 0) as harm,
    coalesce(max(harm), 0) as gravest
from weighed
group by longitude, latitude, h3_cell, period, category, place_label
order by longitude, latitude, period, category, place_label
