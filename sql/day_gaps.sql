-- The days that are not exposure, because they were not supplied whole or are set aside.
-- in:     coverage
-- out:    force, day, status, reason
select force, day, status, reason
from coverage
where status <> 'supplied'
