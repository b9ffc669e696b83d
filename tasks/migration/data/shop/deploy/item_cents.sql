-- Deploy shop:item_cents: prices of items in cents
BEGIN;
UPDATE order_items SET price_cents = CAST(round(price * 100) AS INTEGER) WHERE price_cents IS NULL;
COMMIT;
