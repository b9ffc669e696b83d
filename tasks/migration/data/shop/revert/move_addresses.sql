-- Revert shop:move_addresses: one address for each customer
BEGIN;
DELETE FROM addresses;
COMMIT;
