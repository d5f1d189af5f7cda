-- The most common place label, street and 2021 LSOA of each cell's incidents; ties in
-- alphabetical order. A code of an older vintage counts if incidents of the 2021
-- vintage have it too: the census gave changed areas a new code.
-- in:     incidents, venues (place_label: those that name a kind of place, not a street)
-- params: $h3_res: 9 or 10; $first_month, $last_month: the window, both included
-- out:    h3_cell bigint, place_label text, street text (the most common kind of venue if
--         no street is named), lsoa21cd text
with lsoas_2021 as (
    select distinct lsoa_code
    from incidents
    where lsoa_vintage = '2021' and lsoa_code is not null and month <= $last_month
),
placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        place_label,
        case when lsoa_code in (select lsoa_code from lsoas_2021) then lsoa_code end
            as lsoa21cd
    from incidents
    where in_area and month between $first_month and $last_month
),
labels as (
    select
        h3_cell,
        first(place_label order by incidents desc, place_label) as place_label,
        first(
            place_label
            order by is_venue, incidents desc, place_label
        ) as street
    from (
        select
            h3_cell,
            place_label,
            place_label in (select place_label from venues) as is_venue,
            count(*) as incidents
        from placed
        where place_label is not null
        group by all
    )
    group by h3_cell
),
lsoas as (
    select h3_cell, lsoa21cd
    from placed
    where lsoa21cd is not null
    group by h3_cell, lsoa21cd
    qualify row_number() over (
        partition by h3_cell order by count(*) desc, lsoa21cd
    ) = 1
)
select cells.h3_cell, labels.place_label, labels.street, lsoas.lsoa21cd
from (select distinct h3_cell from placed where h3_cell is not null) as cells
left join labels on labels.h3_cell = cells.h3_cell
left join lsoas on lsoas.h3_cell = cells.h3_cell
order by cells.h3_cell
