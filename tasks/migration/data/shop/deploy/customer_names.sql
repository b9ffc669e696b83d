-- Deploy shop:customer_names: columns for a first and a last name
BEGIN;
ALTER TABLE customers ADD COLUMN first_name TEXT;
ALTER TABLE customers ADD COLUMN last_name TEXT;
COMMIT;
