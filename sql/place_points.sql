-- The map points of each place label, with how many incidents it names there.
-- in:     incidents
-- params: $first_month, $last_month: the window, both included
-- out:    place_label text, longitude and latitude in degrees, incidents bigint;
--         in order of the first three
select
    place_label,
    longitude,
    latitude,
    count(*) as incidents
from incidents
where in_area
    and place_label is not null
    and longitude is not null
    and month between $first_month and $last_month
group by all
order by place_label, longitude, latitude
