-- Deploy shop:product_cents: prices of products in cents
BEGIN;
UPDATE products SET price_cents = CAST(round(price * 100) AS INTEGER) WHERE price_cents IS NULL;
COMMIT;
