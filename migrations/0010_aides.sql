-- The aid scheme: editions, applications, envelope, acts, sittings. Instants are *_ms (UTC milliseconds), dates are ISO text in *_on
-- columns, money is cents in *_cents columns, rates are ten-thousandths. Acts are superseded, never erased: no table here is deleted from,
-- except the words of the search index.

-- An edition as it was published: applications stay bound to this text for life. A correction is a new revision.
CREATE TABLE edition (
  id INTEGER PRIMARY KEY,
  scheme TEXT NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL DEFAULT 1,
  source TEXT NOT NULL,            -- the TOML file, whole
  sha256 TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'closed', 'suspended', 'superseded')),
  published_ms BIGINT NOT NULL,
  published_by BIGINT NOT NULL,
  UNIQUE (scheme, name, revision)
);

CREATE TABLE application (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,     -- what people quote: VP-2022-00042
  edition_id BIGINT NOT NULL REFERENCES edition (id),
  siren TEXT NOT NULL,             -- the applicant: commune or grouping, never a person
  insee TEXT,                      -- of a commune
  applicant_name TEXT NOT NULL,    -- as it was named when the file was opened
  department TEXT NOT NULL,
  state TEXT NOT NULL,             -- aides/application/state.hpp
  provenance TEXT NOT NULL CHECK (provenance IN ('live', 'real', 'simulated')),
  title TEXT NOT NULL DEFAULT '',
  nature TEXT NOT NULL DEFAULT '',
  -- What the applicant types, field by field, exactly as typed, valid or not (a flat JSON object of strings): nothing typed is lost.
  form TEXT NOT NULL DEFAULT '{}',
  form_version BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 0,   -- of the filed lines below: one per filing
  created_ms BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  signature_requested_ms BIGINT,
  signature_requested_by BIGINT,
  filed_ms BIGINT,                 -- first filing: the rank in the queue
  filed_by BIGINT,
  complete_ms BIGINT,
  implicit_rejection_on TEXT,
  officer_id BIGINT,
  priority INTEGER NOT NULL DEFAULT 0,
  total_cents BIGINT NOT NULL DEFAULT 0,    -- project, HT
  asked_cents BIGINT NOT NULL DEFAULT 0,
  base_cents BIGINT NOT NULL DEFAULT 0,     -- retained eligible base
  rate INTEGER NOT NULL DEFAULT 0,
  proposed_cents BIGINT NOT NULL DEFAULT 0,
  evaluation TEXT,                 -- the explanation of proposed_cents, as JSON, with the figures it used
  proposed_by BIGINT,
  proposed_ms BIGINT,
  refusal_reason TEXT,
  decision TEXT CHECK (decision IN ('granted', 'refused', 'adjourned', 'withdrawn')),
  decided_on TEXT,
  granted_cents BIGINT NOT NULL DEFAULT 0,
  sitting_id BIGINT,
  notified_ms BIGINT
);
CREATE INDEX application_state ON application (state, filed_ms, id);
CREATE INDEX application_edition ON application (edition_id, state, filed_ms, id);
CREATE INDEX application_edition_department ON application (edition_id, department, state, filed_ms, id);
CREATE INDEX application_officer ON application (officer_id, state, filed_ms, id);
CREATE INDEX application_siren ON application (siren, id);
CREATE INDEX application_filed ON application (filed_ms, id);
CREATE INDEX application_department ON application (department, state, filed_ms, id);
CREATE INDEX application_sitting ON application (sitting_id, decision);

-- How many files the Region sees in each state, kept by the engine itself so that work lists cost nothing to count.
CREATE TABLE application_count (
  edition_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  files BIGINT NOT NULL,
  PRIMARY KEY (edition_id, state)
) WITHOUT ROWID;
CREATE TRIGGER application_counted AFTER INSERT ON application WHEN NEW.filed_ms IS NOT NULL BEGIN
  INSERT INTO application_count (edition_id, state, files) VALUES (NEW.edition_id, NEW.state, 1)
    ON CONFLICT (edition_id, state) DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER application_recounted AFTER UPDATE OF state, filed_ms ON application
WHEN OLD.state <> NEW.state OR (OLD.filed_ms IS NULL) <> (NEW.filed_ms IS NULL) BEGIN
  UPDATE application_count SET files = files - 1
    WHERE edition_id = OLD.edition_id AND state = OLD.state AND OLD.filed_ms IS NOT NULL;
  INSERT INTO application_count (edition_id, state, files) SELECT NEW.edition_id, NEW.state, 1 WHERE NEW.filed_ms IS NOT NULL
    ON CONFLICT (edition_id, state) DO UPDATE SET files = files + 1;
END;

-- Every value of the form that a save replaced, so that nothing typed is lost. A clash is what someone typed and was not stored, because
-- somebody else had changed the same field meanwhile or the file had left the applicant's hands.
CREATE TABLE form_change (
  id INTEGER PRIMARY KEY,
  application_id BIGINT NOT NULL REFERENCES application (id),
  version BIGINT NOT NULL,         -- of the form, after that save
  field TEXT NOT NULL,
  before TEXT,                     -- null: the field was not there
  clash INTEGER NOT NULL DEFAULT 0,
  changed_by BIGINT NOT NULL,
  changed_ms BIGINT NOT NULL
);
CREATE INDEX form_change_of ON form_change (application_id, version);

-- Folded words of number, applicant, title: prefix search by range, on either engine.
CREATE TABLE application_word (
  word TEXT NOT NULL,
  application_id BIGINT NOT NULL REFERENCES application (id),
  PRIMARY KEY (word, application_id)
) WITHOUT ROWID;
CREATE INDEX application_word_of ON application_word (application_id);

-- The expenses as filed (version of the filing), and what review retains of each.
CREATE TABLE expense_line (
  application_id BIGINT NOT NULL REFERENCES application (id),
  version BIGINT NOT NULL,
  position INTEGER NOT NULL,
  quote TEXT NOT NULL,             -- the quote's reference: lines of one quote go together
  supplier TEXT NOT NULL,
  label TEXT NOT NULL,
  category TEXT NOT NULL,          -- of the edition
  quantity BIGINT NOT NULL,
  ht_cents BIGINT NOT NULL,
  vat INTEGER NOT NULL,            -- ten-thousandths
  spent_on TEXT,                   -- of the order or invoice, where known
  retained_cents BIGINT,           -- null: not reviewed yet
  reject_reason TEXT,              -- said to the applicant when less than ht_cents is retained
  reviewed_by BIGINT,
  reviewed_ms BIGINT,
  PRIMARY KEY (application_id, version, position)
);

CREATE TABLE funding_line (
  application_id BIGINT NOT NULL REFERENCES application (id),
  version BIGINT NOT NULL,
  position INTEGER NOT NULL,
  source TEXT NOT NULL,            -- state, department, grouping, eu, private, own, loan …
  name TEXT NOT NULL,
  cents BIGINT NOT NULL,
  obtained INTEGER NOT NULL,       -- 1: decided, 0: asked
  PRIMARY KEY (application_id, version, position)
);

CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  application_id BIGINT NOT NULL REFERENCES application (id),
  kind TEXT NOT NULL,              -- a document asked by the edition, or 'other'
  blob TEXT NOT NULL,              -- SHA-256 of its bytes in the store
  name TEXT NOT NULL,
  type TEXT NOT NULL,              -- by content
  size BIGINT NOT NULL,
  scan TEXT NOT NULL CHECK (scan IN ('pending', 'safe', 'infected', 'unscanned', 'error')),
  restricted INTEGER NOT NULL DEFAULT 0,   -- camera plans, security diagnosis
  uploaded_by BIGINT NOT NULL,
  uploaded_ms BIGINT NOT NULL,
  version BIGINT,                  -- of the filing that it was first part of; null while it may be taken back
  replaced_by BIGINT REFERENCES document (id),
  withdrawn_ms BIGINT              -- taken back by the applicant before filing
);
CREATE INDEX document_of ON document (application_id, kind);
CREATE INDEX document_scan ON document (scan);

CREATE TABLE piece_request (
  id INTEGER PRIMARY KEY,
  application_id BIGINT NOT NULL REFERENCES application (id),
  kind TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('missing', 'incorrect', 'incomplete', 'outdated')),
  note TEXT NOT NULL,
  asked_by BIGINT NOT NULL,
  asked_ms BIGINT NOT NULL,
  due_on TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '', -- the applicant's note
  answered_by BIGINT,
  answered_ms BIGINT,
  closed_ms BIGINT
);
CREATE INDEX piece_request_of ON piece_request (application_id);

CREATE TABLE opinion (
  id INTEGER PRIMARY KEY,
  application_id BIGINT NOT NULL REFERENCES application (id),
  asked_of TEXT NOT NULL,          -- "Groupement de gendarmerie du Nord"
  email TEXT,                      -- outside experts answer by a link that shows only the parts shared with them
  token_hash TEXT UNIQUE,
  outside INTEGER NOT NULL,
  question TEXT NOT NULL,
  shared TEXT NOT NULL,            -- JSON array of the parts shown
  asked_by BIGINT NOT NULL,
  asked_ms BIGINT NOT NULL,
  due_on TEXT NOT NULL,
  answer TEXT CHECK (answer IN ('favourable', 'reserved', 'unfavourable', 'none')),
  note TEXT,
  answered_name TEXT,
  answered_ms BIGINT
);
CREATE INDEX opinion_of ON opinion (application_id);

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  application_id BIGINT NOT NULL REFERENCES application (id),
  side TEXT NOT NULL CHECK (side IN ('applicant', 'region', 'internal')),
  author_id BIGINT NOT NULL,
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  read_ms BIGINT                   -- by the other side
);
CREATE INDEX message_of ON message (application_id, id);

CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE application_label (
  application_id BIGINT NOT NULL REFERENCES application (id),
  label_id BIGINT NOT NULL REFERENCES label (id),
  added_by BIGINT NOT NULL,
  added_ms BIGINT NOT NULL,
  removed_ms BIGINT,
  PRIMARY KEY (application_id, label_id, added_ms)
);
CREATE INDEX application_label_files ON application_label (label_id, application_id);

-- Awards known from elsewhere than this desk (earlier years, other schemes): read by the history tests.
CREATE TABLE past_award (
  id INTEGER PRIMARY KEY,
  scheme TEXT NOT NULL,
  edition TEXT NOT NULL,
  siren TEXT NOT NULL,
  insee TEXT,
  awarded_on TEXT,
  cents BIGINT NOT NULL,
  source TEXT NOT NULL
);
CREATE INDEX past_award_siren ON past_award (siren);

-- The envelope: a ledger whose balance can never go below zero, whoever writes.
CREATE TABLE envelope (
  id INTEGER PRIMARY KEY,
  scheme TEXT NOT NULL,
  edition TEXT NOT NULL,
  name TEXT NOT NULL,
  authorised_cents BIGINT NOT NULL DEFAULT 0,
  reserved_cents BIGINT NOT NULL DEFAULT 0 CHECK (reserved_cents >= 0),
  committed_cents BIGINT NOT NULL DEFAULT 0 CHECK (committed_cents >= 0),
  UNIQUE (scheme, edition),
  CONSTRAINT envelope_not_exceeded CHECK (reserved_cents + committed_cents <= authorised_cents)
);
CREATE TABLE envelope_entry (
  id INTEGER PRIMARY KEY,
  envelope_id BIGINT NOT NULL REFERENCES envelope (id),
  at_ms BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('opened', 'topped_up', 'reduced', 'reserved', 'unreserved', 'committed', 'released')),
  cents BIGINT NOT NULL CHECK (cents > 0),
  application_id BIGINT REFERENCES application (id),
  act TEXT NOT NULL,               -- the resolution, or the number of the file that it was reserved for
  actor BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX envelope_entry_of ON envelope_entry (envelope_id, id);
CREATE INDEX envelope_entry_application ON envelope_entry (application_id);
CREATE TRIGGER envelope_entry_kept BEFORE UPDATE ON envelope_entry BEGIN SELECT RAISE(ABORT, 'envelope_entry is append-only'); END;
CREATE TRIGGER envelope_entry_stays BEFORE DELETE ON envelope_entry BEGIN SELECT RAISE(ABORT, 'envelope_entry is append-only'); END;

CREATE TABLE sitting (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  held_on TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('preparing', 'agenda', 'held', 'published')),
  provenance TEXT NOT NULL CHECK (provenance IN ('live', 'real', 'simulated')),
  report_number TEXT,
  resolution_number TEXT,
  resolution_title TEXT,
  transmitted_ms BIGINT,           -- to the prefecture
  acknowledgement TEXT,            -- its receipt
  published_ms BIGINT,
  created_by BIGINT NOT NULL,
  created_ms BIGINT NOT NULL
);
CREATE INDEX sitting_held ON sitting (held_on);

-- Rows are voted in batches: one vote, its counts, the rows it bears on.
CREATE TABLE sitting_vote (
  id INTEGER PRIMARY KEY,
  sitting_id BIGINT NOT NULL REFERENCES sitting (id),
  position INTEGER NOT NULL,
  title TEXT NOT NULL,
  members INTEGER NOT NULL,        -- VOTE_EFFECTIF
  voting INTEGER NOT NULL,         -- VOTE_REEL
  in_favour INTEGER NOT NULL,
  against INTEGER NOT NULL,
  abstaining INTEGER NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_ms BIGINT NOT NULL,
  superseded_by BIGINT REFERENCES sitting_vote (id),
  CONSTRAINT vote_counts CHECK (in_favour + against + abstaining = voting AND voting <= members)
);
CREATE TABLE sitting_item (
  id INTEGER PRIMARY KEY,
  sitting_id BIGINT NOT NULL REFERENCES sitting (id),
  application_id BIGINT NOT NULL REFERENCES application (id),
  position INTEGER NOT NULL,
  proposal TEXT NOT NULL CHECK (proposal IN ('grant', 'refusal')),
  base_cents BIGINT NOT NULL,
  rate INTEGER NOT NULL,
  proposed_cents BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed', 'removed', 'pulled')),  -- removed before, pulled in session
  amendment TEXT,                  -- what the session changed, and why
  outcome TEXT CHECK (outcome IN ('granted', 'refused', 'adjourned', 'withdrawn')),
  decided_cents BIGINT,
  vote_id BIGINT REFERENCES sitting_vote (id)
);
CREATE INDEX sitting_item_of ON sitting_item (sitting_id, position);
CREATE INDEX sitting_item_application ON sitting_item (application_id);
CREATE TABLE recusal (
  id INTEGER PRIMARY KEY,
  sitting_id BIGINT NOT NULL REFERENCES sitting (id),
  item_id BIGINT NOT NULL REFERENCES sitting_item (id),
  member TEXT NOT NULL,
  reason TEXT NOT NULL,
  recorded_by BIGINT NOT NULL,
  recorded_ms BIGINT NOT NULL
);
CREATE INDEX recusal_of ON recusal (sitting_id);

-- Acts and letters as issued: the bytes that went out.
CREATE TABLE act (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,              -- receipt, incomplete, complete, waiting, adjournment, grant, refusal, order, report, annex, resolution …
  number TEXT,
  application_id BIGINT REFERENCES application (id),
  sitting_id BIGINT REFERENCES sitting (id),
  blob TEXT,
  title TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'issued', 'superseded')),
  tags TEXT NOT NULL,              -- what filled the template, as JSON
  issued_by BIGINT,
  issued_ms BIGINT,
  superseded_by BIGINT REFERENCES act (id)
);
CREATE INDEX act_application ON act (application_id, id);
CREATE INDEX act_sitting ON act (sitting_id, kind);

CREATE TABLE mail (
  id INTEGER PRIMARY KEY,
  application_id BIGINT REFERENCES application (id),
  act_id BIGINT REFERENCES act (id),
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_ms BIGINT NOT NULL,
  sent_ms BIGINT,
  last_error TEXT,
  queued_ms BIGINT NOT NULL
);
CREATE INDEX mail_queue ON mail (status, next_ms);
CREATE INDEX mail_application ON mail (application_id);

-- Counters that never give the same number twice.
CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
