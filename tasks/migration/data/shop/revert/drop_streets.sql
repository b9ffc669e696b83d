-- Revert shop:drop_streets: addresses have a table of their own
BEGIN;
ALTER TABLE customers ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN street TEXT NOT NULL DEFAULT '';
UPDATE customers SET street = (SELECT addresses.street FROM addresses WHERE addresses.customer_id = customers.id),
       city = (SELECT addresses.city FROM addresses WHERE addresses.customer_id = customers.id);
COMMIT;
