-- A force's own records with the day that they count on: the last day, on the clock in
-- London, on which the incident can have happened. With an earlier day, a backtest
-- would use it before it was known.
-- in:     live_records
-- params: $first_day, $last_day: both ends included; other days do not count
-- out:    the columns of live_records, with coordinates to about a metre, since exact
--         feeds repeat an address, not its last digit; period text, YYYY-MM-DD
select
    * replace (round(longitude, 5) as longitude, round(latitude, 5) as latitude),
    strftime(
        timezone('Europe/London', coalesce(occurred_to, occurred_from)), '%Y-%m-%d'
    ) as period
from live_records
where period between $first_day and $last_day
