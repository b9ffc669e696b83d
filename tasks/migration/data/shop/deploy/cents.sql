-- Deploy shop:cents: columns for money in whole cents
BEGIN;
ALTER TABLE products ADD COLUMN price_cents INTEGER;
ALTER TABLE orders ADD COLUMN total_cents INTEGER;
ALTER TABLE order_items ADD COLUMN price_cents INTEGER;
COMMIT;
