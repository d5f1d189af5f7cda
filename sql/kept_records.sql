-- A force's own records without those at excluded places: by the whole of their label, or
-- by their cell at either resolution.
-- in:     live_records, rules (id, label: a regular expression or null, cell or null)
-- out:    the columns of live_records
with excluded_labels as (
    select distinct place_label
    from (select distinct place_label from live_records where place_label is not null)
    join rules on regexp_full_match(place_label, rules.label)
),
excluded_cells as (
    select cell from rules where cell is not null
)
select *
from live_records
where coalesce(place_label, '') not in (select place_label from excluded_labels)
    and coalesce(h3_r9, 0) not in (select cell from excluded_cells)
    and coalesce(h3_r10, 0) not in (select cell from excluded_cells)
