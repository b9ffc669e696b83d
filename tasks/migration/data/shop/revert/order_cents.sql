-- Revert shop:order_cents: totals of orders in cents
BEGIN;
UPDATE orders SET total_cents = NULL WHERE total_cents IS NOT NULL;
COMMIT;
