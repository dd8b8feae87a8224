-- Index of the archive (docs/formats/archive.md). A convenience: `archive rebuild` makes it again from the folders.
CREATE TABLE disk (
    folder TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL -- of its disk.json
);

CREATE TABLE camera (
    name TEXT NOT NULL PRIMARY KEY,
    retention_days BIGINT, -- null: the calendar month
    erased_us BIGINT NOT NULL DEFAULT 0 -- end of the last file that was erased
);

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    camera TEXT NOT NULL,
    disk TEXT NOT NULL, -- id of the disk
    path TEXT NOT NULL, -- below the disk's folder
    from_us BIGINT NOT NULL, -- UTC, microseconds
    to_us BIGINT NOT NULL,
    kept_us BIGINT NOT NULL, -- from when the term runs: from_us, unless the clock was found to be wrong
    bytes BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    fragments BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    last_hash BLOB NOT NULL,
    codec BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    codec_string TEXT NOT NULL,
    configuration BLOB NOT NULL,
    reorder_frames BIGINT NOT NULL,
    reorder_known BIGINT NOT NULL,
    declared_rate DOUBLE PRECISION NOT NULL,
    open BIGINT NOT NULL -- 1: being written; after a crash it is to be recovered
);
CREATE UNIQUE INDEX file_path ON file (disk, path);
CREATE INDEX file_camera_to ON file (camera, to_us);
CREATE INDEX file_camera_sequence ON file (camera, last_sequence);
CREATE INDEX file_camera_kept ON file (camera, kept_us);
CREATE INDEX file_kept ON file (kept_us);
CREATE INDEX file_disk_kept ON file (disk, kept_us);
CREATE INDEX file_open ON file (open) WHERE open = 1;

CREATE TABLE gap (
    camera TEXT NOT NULL,
    from_us BIGINT NOT NULL,
    to_us BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (camera, to_us)
);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    camera TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX event_at ON event (at_ms);
