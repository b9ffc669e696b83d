-- Revert shop:drop_names: the whole name is in its parts
BEGIN;
ALTER TABLE customers ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE customers SET name = trim(first_name || ' ' || last_name) WHERE name = '';
COMMIT;
