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
];
