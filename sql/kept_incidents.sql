-- One force's incidents without those at excluded places: by the whole of their label, or
-- by their cell at either resolution.
-- in:     incidents, rules (id, label: a regular expression or null, cell or null)
-- out:    the columns of incidents that scores and publications look at; (month, raw_line)
--         is the key, and leads to the others
with excluded_labels as (
    select distinct place_label
    from (select distinct place_label from incidents where place_label is not null)
    join rules on regexp_full_match(place_label, rules.label)
),
excluded_cells as (
    select cell from rules where cell is not null
)
select
    month,
    raw_line,
    category,
    offence_code,
    longitude,
    latitude,
    in_area,
    h3_r9,
    h3_r10,
    lsoa_code,
    lsoa_vintage,
    place_label
from incidents
where coalesce(place_label, '') not in (select place_label from excluded_labels)
    and coalesce(h3_r9, 0) not in (select cell from excluded_cells)
    and coalesce(h3_r10, 0) not in (select cell from excluded_cells)
