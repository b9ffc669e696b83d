-- Revert shop:addresses: a table of addresses
BEGIN;
DROP TABLE addresses;
COMMIT;
