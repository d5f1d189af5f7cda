-- Incidents of one force by point, month, category and place label, and how many of them
-- have a final outcome.
-- in:     kept (month, raw_line: the key; longitude, latitude, h3_r9, category,
--         place_label, in_area: those that are not at excluded places), crimes (month,
--         raw_line, outcome: from latest_outcomes), classes (outcome, positive; only
--         final outcomes)
-- params: $first_month, $last_month: the window, both included
-- out:    longitude, latitude double; h3_cell bigint (resolution 9); month, category text;
--         place_label text?; incidents, final_outcomes, positive_outcomes bigint; in that
--         order
select
    longitude,
    latitude,
    h3_r9 as h3_cell,
    month,
    category,
    place_label,
    count(*) as incidents,
    count(classes.positive) as final_outcomes,
    count(*) filter (classes.positive) as positive_outcomes
from kept
left join crimes using (month, raw_line)
left join classes using (outcome)
where in_area and month between $first_month and $last_month
group by longitude, latitude, h3_r9, month, category, place_label
order by longitude, latitude, month, category, place_label
