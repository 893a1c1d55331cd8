"""A journal as version 0.1.0 left it: dumped from a file that its own code wrote, November 2026."""

from __future__ import annotations

import sqlite3
from pathlib import Path

DUMP = """\
BEGIN TRANSACTION;
CREATE TABLE answers (photo_id TEXT PRIMARY KEY, body TEXT NOT NULL, answered_at REAL NOT NULL) WITHOUT ROWID;
INSERT INTO "answers" VALUES('101','{"copy_sha256": "abababababababab", "steps": []}',1763990002.0);
CREATE TABLE assessments (copy_sha256 TEXT NOT NULL, originals TEXT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (copy_sha256)) WITHOUT ROWID;
INSERT INTO "assessments" VALUES('abababababababab','signature','[[[0, 0.99]]]');
CREATE TABLE backups (photo_id TEXT NOT NULL, original_secret TEXT NOT NULL, sha256 TEXT NOT NULL,
        file TEXT NOT NULL, size_bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        fetched_at REAL NOT NULL, PRIMARY KEY (photo_id, original_secret)) WITHOUT ROWID;
INSERT INTO "backups" VALUES('101','oldsecret','abababababababab','ab/abababababababab.jpg',5,612,612,1763990001.0);
CREATE TABLE calls (at REAL NOT NULL);
INSERT INTO "calls" VALUES(1763999999.0);
CREATE TABLE decisions (photo_id TEXT PRIMARY KEY, run TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "decisions" VALUES('101','20251124T100000Z-aaaa','{"photo_id": "101", "decision": "replace"}');
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "facts" VALUES('account','12345@N00');
INSERT INTO "facts" VALUES('folder /roll','2');
INSERT INTO "facts" VALUES('watermark','1763990000');
CREATE TABLE photos (photo_id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
INSERT INTO "photos" VALUES('101','{"photo_id": "101", "title": "Sunday", "uploaded_at": 1}');
INSERT INTO "photos" VALUES('102',NULL);
CREATE TABLE readings (path BLOB PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        version TEXT NOT NULL, body TEXT NOT NULL, fingerprint BLOB);
INSERT INTO "readings" VALUES(X'2F726F6C6C2F494D475F312E4A5047',10,20,'20','{"format": "JPEG"}',X'0102');
CREATE TABLE record (entry INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, at REAL NOT NULL,
        photo_id TEXT NOT NULL, step TEXT NOT NULL, body TEXT NOT NULL);
INSERT INTO "record"
    VALUES(1,'20251124T100000Z-aaaa',1764000000.0,'101','intended','{"before": {}, "backup": {"file": "ab"}}');
INSERT INTO "record" VALUES(2,'20251124T100000Z-aaaa',1764000000.0,'101','ticket','{"ticket": "7-a"}');
INSERT INTO "record" VALUES(3,'20251124T100000Z-aaaa',1764000000.0,'101','confirmed','{"after": {"secret": "new"}}');
INSERT INTO "record" VALUES(4,'20251124T100000Z-aaaa',1764000000.0,'103','intended','{}');
INSERT INTO "record" VALUES(5,'20251124T100000Z-aaaa',1764000000.0,'103','confirmed','{"after": {"secret": "b"}}');
INSERT INTO "record" VALUES(6,'20251124T100000Z-aaaa',1764000000.0,'103','undo-intended','{"levels": 1}');
INSERT INTO "record" VALUES(7,'20251124T100000Z-aaaa',1764000000.0,'103','undo-confirmed','{"after": {}}');
INSERT INTO "record" VALUES(8,'20251124T100000Z-aaaa',1764000000.0,'104','intended','{}');
INSERT INTO "record" VALUES(9,'20251124T100000Z-aaaa',1764000000.0,'104','unsure','{"why": "no reply"}');
INSERT INTO "record" VALUES(10,'20251124T100000Z-aaaa',1764000000.0,'105','intended','{}');
INSERT INTO "record" VALUES(11,'20251124T100000Z-aaaa',1764000000.0,'105','refused','{"why": "error 5"}');
INSERT INTO "record" VALUES(12,'20251124T100000Z-aaaa',1764000000.0,'106','intended','{}');
INSERT INTO "record" VALUES(13,'20251124T100000Z-aaaa',1764000000.0,'106','not_taken','{}');
INSERT INTO "record" VALUES(14,'20251124T100000Z-aaaa',1764000000.0,'101','pruned','{}');
CREATE TABLE runs (run TEXT PRIMARY KEY, mode TEXT NOT NULL, started_at REAL NOT NULL, finished_at REAL,
        summary TEXT) WITHOUT ROWID;
INSERT INTO "runs" VALUES('20251124T100000Z-aaaa','sync',1764000000.0,1764000000.0,'{"replaced": 2}');
CREATE TABLE thumbnails (path BLOB PRIMARY KEY, jpeg BLOB NOT NULL);
INSERT INTO "thumbnails" VALUES(X'2F726F6C6C2F494D475F312E4A5047',X'6A706567');
CREATE INDEX calls_by_time ON calls (at);
CREATE INDEX record_by_photo ON record (photo_id, entry);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('record',14);
COMMIT;
PRAGMA user_version=1;
"""


def write_old_journal(file: Path) -> None:
    """Write the file that this dump was made of."""
    with sqlite3.connect(file) as db:
        db.executescript(DUMP)
    db.close()
