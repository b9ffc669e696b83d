-- Revert shop:split_names: split every name at its first blank
BEGIN;
UPDATE customers SET first_name = NULL, last_name = NULL WHERE first_name IS NOT NULL;
COMMIT;
