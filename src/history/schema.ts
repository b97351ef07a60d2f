/**
 * The database's schema, step by step: the file's `user_version` says how many have been taken. A step that has been
 * released is never changed, another one is added.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE device (
     key TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     agent TEXT NOT NULL,
     mode TEXT NOT NULL,
     prefer_quality INTEGER NOT NULL,
     adapt_to_system INTEGER NOT NULL,
     auto_download_quality INTEGER NOT NULL,
     created_ms INTEGER NOT NULL,
     seen_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID`,
  // Times ending in _ms are wall clock; minutes and hours count from 1970; packed is told of in packed-figures.ts. The
  // batch of a minute is the one that brought it: the same one is not taken twice.
  `CREATE TABLE figure (
     id INTEGER PRIMARY KEY,
     name TEXT NOT NULL,
     subject TEXT NOT NULL,
     is_counter INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE figure_minute (minute INTEGER PRIMARY KEY, batch INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;
   CREATE TABLE figure_hour (hour INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
   CREATE TABLE event (
     time_ms INTEGER PRIMARY KEY,
     type TEXT NOT NULL,
     subject TEXT NOT NULL,
     detail TEXT NOT NULL
   ) STRICT;
   CREATE TABLE session (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL,
     place TEXT NOT NULL,
     started_ms INTEGER NOT NULL,
     ended_ms INTEGER NOT NULL,
     address TEXT NOT NULL,
     agent TEXT NOT NULL,
     codec TEXT NOT NULL,
     rung_last TEXT NOT NULL,
     bytes INTEGER NOT NULL,
     adaptations INTEGER NOT NULL,
     underruns INTEGER,
     stalled_seconds REAL,
     skipped_units INTEGER NOT NULL,
     latency_ms_mean REAL,
     bitrate_kbps_mean REAL NOT NULL,
     link_kbps REAL,
     transport TEXT NOT NULL,
     close_reason TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX session_started ON session (started_ms)`,
];
