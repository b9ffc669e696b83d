-- Revert shop:product_cents: prices of products in cents
BEGIN;
UPDATE products SET price_cents = NULL WHERE price_cents IS NOT NULL;
COMMIT;
