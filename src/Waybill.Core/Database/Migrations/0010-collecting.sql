-- Which file a fetch read and which stretch of it without a gap: a collector confirms by deleting what it has fetched as a whole, in one piece or in several, and
-- nothing else, whatever lies under the name by then. Fetches of before count for nothing there.
ALTER TABLE fetch ADD COLUMN identity INTEGER;
ALTER TABLE fetch ADD COLUMN read_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fetch ADD COLUMN read_to INTEGER NOT NULL DEFAULT 0;

-- The session ended before the client had closed the file: how much of it arrived, only a fetch that goes on from there tells.
ALTER TABLE fetch ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;
