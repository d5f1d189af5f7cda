-- One force's incidents, or its own records, without those at excluded places: matched by
-- the whole label, or by the cell at either resolution.
-- in:     incidents, rules (cell or null)
-- params: $labels: one regular expression for all rules of labels, or null: compiled once,
--         where one of a relation is compiled for each text that it is matched with
-- out:    the columns that scores and publications use: those that both have, and those of
--         one, as far as it has them; (month, raw_line) is the key of incidents
with excluded_cells as (
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
        'month', 'harm', 'occurred_from', 'occurred_to', 'time_precision',
        'lsoa_code', 'lsoa_vintage'
    ))
from incidents
where not coalesce(regexp_full_match(place_label, $labels::text), false)
    and coalesce(h3_r9, 0) not in (select cell from excluded_cells)
    and coalesce(h3_r10, 0) not in (select cell from excluded_cells)
