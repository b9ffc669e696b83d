-- Revert shop:customer_names: columns for a first and a last name
BEGIN;
ALTER TABLE customers DROP COLUMN last_name;
ALTER TABLE customers DROP COLUMN first_name;
COMMIT;
