-- The incidents of one cell by month, file and category, down to the lines of the raw
-- file.
-- in:     incidents (those that scores may see), files (month, raw_sha256)
-- params: $h3_res: 9 or 10; $cell; $first_month, $last_month: both included
-- out:    month text, raw_sha256 text, category text, raw_lines integer[]
with placed as (
    select
        case $h3_res when 9 then h3_r9 when 10 then h3_r10 end as h3_cell,
        month,
        category,
        raw_line
    from incidents
    where in_area and month between $first_month and $last_month
)
select month, raw_sha256, category, list(raw_line order by raw_line) as raw_lines
from placed
join files using (month)
where h3_cell = $cell
group by month, raw_sha256, category
order by month, category
