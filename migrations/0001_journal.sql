-- The record of acts (docs/formats/journal.md). Rows are only ever added, one after the other.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor BIGINT NOT NULL, -- a person, or 0 for the program; no foreign key: the journal outlives the accounts
    actor_name TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX journal_subject ON journal (subject_kind, subject_id, seq);
CREATE INDEX journal_actor ON journal (actor, seq);

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever appended to'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is only ever appended to'); END;
-- Also stops INSERT OR REPLACE, which removes a row without asking the trigger above.
CREATE TRIGGER journal_in_order BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'a journal entry follows the last one'); END;
