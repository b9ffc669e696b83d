-- Deploy shop:drop_streets: addresses have a table of their own
BEGIN;
ALTER TABLE customers DROP COLUMN street;
ALTER TABLE customers DROP COLUMN city;
COMMIT;
