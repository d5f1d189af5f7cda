"""The words of transparency.md: what is the same in every one."""

TEXT = """\
# Algorithmic transparency record

{attribution}. Run `{run_id}`.

What is in bold is for the force to answer: the tool does not know it.

## Tier 1: overview

### Name

{name}

### What it is

A list and a map of the places where recorded crime and anti-social behaviour were high
over the last months, and are expected to be high in the next one. It speaks of places,
never of persons: no name, victim, suspect or address goes in or comes out.

### Why it is used

{benefits}

### How it works

A force's record of each incident has a month, a kind and a place. The country is laid
out in hexagons. For each hexagon the tool estimates how many incidents of a kind to
expect next month, from those of the months before, newer ones weighing more, and ranks
the hexagons. People decide what to do about the list. It sends nobody anywhere.

### What it cannot tell

It counts what was reported and recorded; places and people differ in how much they
report. A place that was very high is likely to be lower next month with no patrol at
all. A high rank says nothing of anyone who lives or walks there.

### Contact

- E-mail: {contact}
- Website: {website}

## Tier 2: in detail

### 1. Owner and responsibility

- Organisation: {organisation}
- Team: {team}
- Senior responsible owner: {senior_owner}
- Supplier: {supplier}
- First use: {first_use}

### 2. Description and rationale

- Scope: to say which places had, and are expected to have, most recorded crime and
  anti-social behaviour. It is not made to judge persons, to set the number of officers,
  or to be grounds for a stop or a search.
- Benefits: {benefits}
- Before: {previous_process}
- Alternatives: {alternatives}

### 3. Decisions and human oversight

- What it informs: {use}
- Review by people: {oversight}
- Training: {training}
- Appeals and complaints: {appeals}

### 4. Tool specification

| | |
|---|---|
| Method | {method} |
| In words | {method_in_words} |
| Version | hexbeat {version} |
| Run | `{run_id}` |
| Newest month it knows | {as_of} |
| Kind of model | statistical estimate of counts; it does not learn from its own use |

#### Data

Sources:

{feeds}

Months supplied, by force; a month that was not supplied counts as unknown, never as
none:

| force | first month | last month | months |
|---|---|---|---|
{months}

Places left out before anything is estimated:

| places | why |
|---|---|
{exclusions}

Never used: stop and search; anything about persons, such as ethnicity, age, address or
record. Drugs and possession of weapons are kept out of all crime,
because officers find most of it where they look: to score it would send them there
again.

#### Accuracy

{accuracy}

### 5. Risks, mitigations and impact assessments

- Recording is uneven, and a list follows it. Kinds that officers find for themselves
  are kept out of all crime; which months were supplied is told, and a missing one is
  never a zero.
- Patrols raise recording, which raises the rank. All crime holds only what the public
  mostly reports, and each forecast is held against what came after.
- A place gets a bad name. Cells are large in this tier, are told in bands, and have no
  names of streets.
- A fall is taken for success. How much is expected to fall with no patrol at all is
  worked out, and shown to those who use the list.
- A person is recognised. See disclosure control, below.

Assessments:

- Legal basis: {legal_basis}
- Data protection impact assessment: {data_protection}
- Equality impact assessment: {equality}
- Ethics review: {ethics}
- What residents say: {community_risks}

### 6. Disclosure control of what is public

- Cells: {partition}. Incidents belong to a cell by the hierarchy of H3, not by its
  outline.
- Groups: all crime and anti-social behaviour. Sexual and domestic offences and every
  other kind are told within all crime only.
- Periods: calendar quarters, at least {lag} after their end, once all three months
  are held: {periods}.
- Counts from 1 to one below {minimum} are never told. Where the others would give them
  away, others are held back too. Told counts are to the nearest {rounding}.
- A quarter once told stays as it was told: later revisions do not change it, since two
  versions would tell what was revised.
- Of scores only the band is told, and none where the count is not.
- Every release is held against all earlier ones that are still public, and is not made
  if a small count could be worked out from them together.
"""
