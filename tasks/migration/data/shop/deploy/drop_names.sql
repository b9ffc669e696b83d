-- Deploy shop:drop_names: the whole name is in its parts
BEGIN;
ALTER TABLE customers DROP COLUMN name;
COMMIT;
