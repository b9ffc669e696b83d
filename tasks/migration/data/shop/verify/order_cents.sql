-- Verify shop:order_cents: totals of orders in cents
SELECT CASE WHEN count(*) > 0 THEN abs(-9223372036854775807 - 1) END
  FROM orders WHERE abs(total * 100 - total_cents) > 0.01 OR total_cents IS NULL;
