-- Deploy shop:order_cents: totals of orders in cents
BEGIN;
UPDATE orders SET total_cents = CAST(round(total * 100) AS INTEGER) WHERE total_cents IS NULL;
COMMIT;
