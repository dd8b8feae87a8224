-- People, what they may do, and how they prove who they are. Times are UTC milliseconds.
CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL, -- as typed, for writing to it
    email_key TEXT NOT NULL UNIQUE, -- folded, for finding it
    name TEXT NOT NULL,
    name_key TEXT NOT NULL, -- folded (no accents, no hyphens), for searching
    password_hash TEXT, -- argon2id; none until the person has chosen one
    password_set_ms BIGINT,
    totp_secret BLOB, -- confirmed by a first code
    totp_pending BLOB, -- shown, not yet confirmed
    totp_last_step BIGINT NOT NULL DEFAULT 0, -- a code is taken once
    language TEXT NOT NULL DEFAULT 'fr' CHECK (language IN ('fr', 'en')),
    created_ms BIGINT NOT NULL,
    disabled_ms BIGINT
);

CREATE TABLE person_role (
    id INTEGER PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    role TEXT NOT NULL CHECK (role IN ('officer', 'head', 'finance', 'secretary', 'elected', 'auditor', 'admin')),
    granted_by BIGINT NOT NULL, -- 0: the command line
    granted_ms BIGINT NOT NULL,
    ended_ms BIGINT
);
CREATE UNIQUE INDEX person_role_current ON person_role (person_id, role) WHERE ended_ms IS NULL;

-- Files belong to the commune or grouping (SIREN); a membership lets a person act for it, from a date to a date.
CREATE TABLE membership (
    id INTEGER PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    siren TEXT NOT NULL CHECK (length(siren) = 9),
    role TEXT NOT NULL CHECK (role IN ('applicant', 'cosigner')),
    status TEXT NOT NULL CHECK (status IN ('requested', 'active', 'refused', 'ended')),
    requested_ms BIGINT NOT NULL,
    decided_by BIGINT,
    decided_ms BIGINT,
    ended_ms BIGINT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX membership_current ON membership (person_id, siren) WHERE status IN ('requested', 'active');
CREATE INDEX membership_siren ON membership (siren, status);

-- Links that let a person choose a password, once, for a while. Only the SHA-256 of what is in the link is kept.
CREATE TABLE activation (
    token_hash BLOB PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT
);
CREATE INDEX activation_person ON activation (person_id);

-- For the day the telephone is lost: single-use codes, of which only the SHA-256 is kept.
CREATE TABLE recovery_code (
    person_id BIGINT NOT NULL REFERENCES person (id),
    code_hash BLOB NOT NULL,
    used_ms BIGINT,
    PRIMARY KEY (person_id, code_hash)
);

-- Failed sign-ins by what was typed, whether or not such an account exists: the answer and the work are the same for both.
CREATE TABLE sign_in_attempt (
    key_hash BLOB PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    locked_until_ms BIGINT NOT NULL
);

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES person (id),
    csrf_token TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    second_factor BIGINT NOT NULL -- 1: a code was given in this session
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires ON session (expires_ms);
