"""The text of transparency.md that is the same in every publication."""

TEXT = """\
# Algorithmic transparency record

{attribution}. Run `{run_id}`.

The force must fill in what is in bold: the tool does not know it.

## Tier 1: overview

### Name

{name}

### What it is

A list and a map of the places where recorded crime and anti-social behaviour were high
over the last months, and are expected to be high in the next one. It describes places,
never people: no name, victim, suspect or address goes in or comes out.

### Why it is used

{benefits}

### How it works

The police record a month, a type and a place for each incident. The tool divides the
country into hexagons. For each hexagon it estimates how many incidents of a type to
expect next month, from those of earlier months, with more weight on newer ones, and
ranks the hexagons. People decide what to do with the list. It sends nobody anywhere.

### What it cannot show

It counts what was reported and recorded; places and people differ in how much they
report. A place that was very high is likely to be lower next month even without
patrols. A high rank says nothing about the people who live there or pass through.

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

- Scope: to show which places had, and are expected to have, the most recorded crime and
  anti-social behaviour. It is not designed to judge people, to set the number of
  officers, or to justify a stop or a search.
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
| Data up to | {as_of} |
| Type of model | statistical estimate of counts; it does not learn from its own use |

#### Data

Sources:

{feeds}

Months supplied, by force; a month that was not supplied is missing, never zero:

| force | first month | last month | months |
|---|---|---|---|
{months}

Places left out before anything is estimated, by kind; the places themselves are not
published:

| kind of place | rules | why |
|---|---|---|
{exclusions}

Never used: stop and search; anything about people, such as ethnicity, age, address or
record. Drugs and possession of weapons are kept out of all crime, because officers find
most of it where they look: scoring it would send them back to the same places.

#### Accuracy

{accuracy}

### 5. Risks, mitigations and impact assessments

- Recording is uneven, and the list reflects that. Types that officers find themselves
  are kept out of all crime; the months supplied are listed, and a missing month is
  never counted as zero.
- Patrols increase recording, which raises the rank. All crime contains only what the
  public mostly reports, and each forecast is compared with what happened afterwards.
- A place gets a bad reputation. In this tier cells are large, scores are published only
  as bands, and there are no street names.
- A fall is mistaken for success. The fall to expect even without patrols is calculated,
  and shown to those who use the list.
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
  other type are published only as part of all crime.
- Periods: calendar quarters, at least {lag} after their end, once all three months
  are stored: {periods}.
- Counts from 1 to one below {minimum} are never published. Where other counts would
  reveal them, those are withheld too. Published counts are rounded to the nearest
  {rounding}.
- A published quarter stays as it was published: later revisions do not change it, since
  comparing two versions would reveal what was revised.
- The share of crime found is published once for a quarter, with its counts, to the
  nearest 5 %, and only if it is based on enough incidents, found and not found.
- Of scores, only the band is published, and only where the count is.
- Every new publication is checked against all earlier ones that are still public, and
  is not made if a small count could be worked out from them together.
"""
