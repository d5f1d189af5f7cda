-- Incidents of a crime group at each point and in each month: of one force, without those
-- at excluded places.
-- in:     incidents (in England and Wales count, the rest do not), categories (category:
--         those of the group)
-- params: none
-- out:    longitude, latitude double; h3_cell bigint (resolution 9); month text; incidents
--         bigint; by point and month
select
    longitude,
    latitude,
    h3_r9 as h3_cell,
    month,
    count(*) as incidents
from incidents
where in_area and category in (from categories)
group by longitude, latitude, h3_r9, month
order by longitude, latitude, month
