-- Revert shop:cents: columns for money in whole cents
BEGIN;
ALTER TABLE order_items DROP COLUMN price_cents;
ALTER TABLE orders DROP COLUMN total_cents;
ALTER TABLE products DROP COLUMN price_cents;
COMMIT;
