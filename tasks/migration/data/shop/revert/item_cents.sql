-- Revert shop:item_cents: prices of items in cents
BEGIN;
UPDATE order_items SET price_cents = NULL WHERE price_cents IS NOT NULL;
COMMIT;
