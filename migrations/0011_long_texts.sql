-- What is long and seldom read leaves the row of an application. An explanation takes 11 kB and a form 2 kB: with them in the row, lists,
-- public pages and exports read fifty times what they show. What they need of these texts becomes columns of its own.
-- PostgreSQL: json_extract and GLOB are SQLite's; its own 0011_long_texts.postgresql.sql will say the same with ->> and ~.
CREATE TABLE application_text (
  application_id INTEGER PRIMARY KEY REFERENCES application (id),
  -- What the applicant types, field by field, exactly as typed, valid or not (a flat JSON object of strings): nothing typed is lost.
  form TEXT NOT NULL DEFAULT '{}',
  evaluation TEXT                  -- the explanation of proposed_cents, as JSON, with the figures it used
);
INSERT INTO application_text (application_id, form, evaluation) SELECT id, form, evaluation FROM application;

ALTER TABLE application ADD COLUMN cameras INTEGER;             -- of the form; null: not said
ALTER TABLE application ADD COLUMN population_figure TEXT;      -- the population that the proposal used: municipale, totale
ALTER TABLE application ADD COLUMN population_year INTEGER;     -- in force on its 1 January
ALTER TABLE application ADD COLUMN population BIGINT;
UPDATE application SET
  cameras = CASE WHEN length(json_extract(form, '$.cameras')) BETWEEN 1 AND 6 AND json_extract(form, '$.cameras') NOT GLOB '*[^0-9]*'
    THEN CAST(json_extract(form, '$.cameras') AS INTEGER) END,
  population_figure = json_extract(evaluation, '$.population.figure'),
  population_year = json_extract(evaluation, '$.population.year'),
  population = json_extract(evaluation, '$.population.value');
ALTER TABLE application DROP COLUMN form;
ALTER TABLE application DROP COLUMN evaluation;

-- The public list walks the grants of the sittings, the latest first, and sums them up; its filter offers the editions that granted.
CREATE INDEX sitting_item_outcome ON sitting_item (sitting_id, outcome, position, id, application_id, decided_cents);
-- The page of a commune asks for the grants of its code and of those that it absorbed.
CREATE INDEX application_insee ON application (insee);
CREATE INDEX application_decision ON application (edition_id, decision);
-- The last act on sittings, editions or envelopes dates what is public: asked at each request of a public page.
CREATE INDEX journal_kind ON journal (subject_kind, seq);
