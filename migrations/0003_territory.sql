-- Communes and groupings of France, their populations by figure and year, lists of them, contours.
-- Filled by commands only (territory import…), read whole at start into territory::Directory. See docs/formats/territory.md.
--
-- `years` is a set of COG years: bit n stands for 2000 + n. So a row says in which years a state was seen, in whatever order the
-- packages came, and a commune that goes and comes back needs nothing more.

CREATE TABLE territory_package (
    version TEXT PRIMARY KEY,
    cog BIGINT NOT NULL,
    in_force BIGINT NOT NULL,
    census BIGINT NOT NULL,
    groupings BIGINT NOT NULL,
    groupings_in_force BIGINT NOT NULL,
    groupings_census BIGINT NOT NULL,
    imported_at BIGINT NOT NULL
);

CREATE TABLE territory_file (
    version TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (version, file)
);

CREATE TABLE region (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE departement (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    region TEXT NOT NULL
);

-- As in the last year it was seen. `successor`: the commune that absorbed it, when it is gone.
CREATE TABLE commune (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    siren TEXT NOT NULL,          -- '' for none
    grouping_siren TEXT NOT NULL, -- '' for none
    departement TEXT NOT NULL,
    region TEXT NOT NULL,
    postcodes TEXT NOT NULL,      -- separated by spaces
    first_year BIGINT NOT NULL,
    last_year BIGINT NOT NULL,
    successor TEXT
);

-- Every name, SIREN and grouping it had, with the years.
CREATE TABLE commune_state (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    siren TEXT NOT NULL,
    grouping_siren TEXT NOT NULL,
    years BIGINT NOT NULL,
    PRIMARY KEY (code, name, siren, grouping_siren)
);

-- `former` no longer existed in those years and its ground was that of `code`.
CREATE TABLE commune_former (
    former TEXT NOT NULL,
    code TEXT NOT NULL,
    years BIGINT NOT NULL,
    PRIMARY KEY (former, code)
);

-- Every name and kind it had, with the years. Its members: commune_state.grouping_siren.
CREATE TABLE grouping_state (
    siren TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,    -- CC, CA, CU, METRO, MET69
    funding TEXT NOT NULL, -- FPU, FA
    years BIGINT NOT NULL,
    PRIMARY KEY (siren, name, kind, funding)
);

CREATE TABLE population_source (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    file TEXT NOT NULL,
    figure TEXT NOT NULL,     -- municipale, totale
    in_force BIGINT NOT NULL, -- year from whose 1 January it applies
    census BIGINT,            -- null: collectivities that count on calendars of their own
    cog BIGINT NOT NULL       -- limits in which the file gives it
);

-- A value that an earlier source gives too, for the same commune, figure and year, is not stored twice.
CREATE TABLE population (
    source_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (source_id, code)
);

-- A version of a list of communes and groupings; it applies from its date to that of the next version.
CREATE TABLE tag_list (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    from_date TEXT NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (name, from_date)
);

CREATE TABLE tag (
    list_id BIGINT NOT NULL,
    code TEXT NOT NULL, -- INSEE code or SIREN
    PRIMARY KEY (list_id, code)
);

CREATE TABLE contour_file (
    sha256 TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    tolerance_m BIGINT NOT NULL,
    imported_at BIGINT NOT NULL
);

-- Rings in metres of one plane per part of France; layout in src/territory/geometry.hpp.
CREATE TABLE contour (
    code TEXT PRIMARY KEY,
    rings BLOB NOT NULL
);
