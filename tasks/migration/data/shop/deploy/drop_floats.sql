-- Deploy shop:drop_floats: money is in cents
BEGIN;
ALTER TABLE products DROP COLUMN price;
ALTER TABLE orders DROP COLUMN total;
ALTER TABLE order_items DROP COLUMN price;
COMMIT;
