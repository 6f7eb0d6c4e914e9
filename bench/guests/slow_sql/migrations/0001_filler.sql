CREATE TABLE filler (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
INSERT INTO filler (note)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)
    SELECT hex(randomblob(64)) FROM n;
CREATE TABLE watched (id INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TRIGGER scan_at_insert AFTER INSERT ON watched BEGIN
    SELECT count(*) FROM filler WHERE note LIKE '%' || NEW.note || '%';
END;
