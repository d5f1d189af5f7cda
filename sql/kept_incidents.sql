-- One force's incidents, or its own records, without those at excluded places: matched by
-- the whole label, or by the cell at either resolution.
-- in:     incidents, rules (id, label: a regular expression or null, cell or null)
-- out:    the columns that scores and publications use: those that both have, and those of
--         one, as far as it has them; (month, raw_line) is the key of incidents
with excluded_labels as (
    select distinct place_label
    from (select distinct place_label from incidents where place_label is not null)
    join rules on regexp_full_match(place_label, rules.label)
),
excluded_cells as (
    select cell from rules where cell is not null
)
select
    raw_line,
    category,
    offence_code,
    longitude,
    latitude,
    in_area,
    h3_r9,
    h3_r10,
    place_label,
    columns(lambda name: name in (
        'month', 'harm', 'occurred_from', 'occurred_to', 'lsoa_code', 'lsoa_vintage'
    ))
from incidents
where coalesce(place_label, '') not in (select place_label from excluded_labels)
    and coalesce(h3_r9, 0) not in (select cell from excluded_cells)
    and coalesce(h3_r10, 0) not in (select cell from excluded_cells)
