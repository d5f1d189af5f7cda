-- The months that are not exposure, because they were not supplied or are not trusted.
-- in:     coverage
-- out:    force, force_name, month, status, reason
select force, force_name, month, status, reason
from coverage
where status <> 'supplied'
