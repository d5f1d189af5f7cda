-- Incidents of one force by point, month, category and place label, their harm by category,
-- and how many of them have a final outcome. All of them are open: the public feed has no
-- flag of what is sensitive.
-- in:     kept (month, raw_line: the key; longitude, latitude, h3_r9, category,
--         place_label, in_area: those that are not at excluded places), crimes (month,
--         raw_line, outcome: from latest_outcomes), classes (outcome, positive; only
--         final outcomes), category_harm (category, harm)
-- params: $first_month, $last_month: the window, both included
-- out:    longitude, latitude double; h3_cell bigint (resolution 9); period, category text;
--         place_label text?; incidents, open_incidents, final_outcomes, positive_outcomes
--         bigint; harm double (of all of them), gravest double (of the gravest one); in
--         order of point, period, category and label
select
    longitude,
    latitude,
    h3_r9 as h3_cell,
    month as period,
    category,
    place_label,
    count(*) as incidents,
    count(*) as open_incidents,
    count(classes.positive) as final_outcomes,
    count(*) filter (classes.positive) as positive_outcomes,
    count(*) * any_value(harm) as harm,
    any_value(harm) as gravest
from kept
left join crimes using (month, raw_line)
left join classes using (outcome)
left join category_harm using (category)
where in_area and month between $first_month and $last_month
group by longitude, latitude, h3_r9, month, category, place_label
order by longitude, latitude, period, category, place_label
