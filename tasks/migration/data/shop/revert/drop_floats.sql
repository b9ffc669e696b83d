-- Revert shop:drop_floats: money is in cents
BEGIN;
ALTER TABLE order_items ADD COLUMN price REAL NOT NULL DEFAULT 0;
UPDATE order_items SET price = price_cents / 100.0;
ALTER TABLE orders ADD COLUMN total REAL NOT NULL DEFAULT 0;
UPDATE orders SET total = total_cents / 100.0;
ALTER TABLE products ADD COLUMN price REAL NOT NULL DEFAULT 0;
UPDATE products SET price = price_cents / 100.0;
COMMIT;
