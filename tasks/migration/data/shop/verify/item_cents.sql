-- Verify shop:item_cents: prices of items in cents
SELECT CASE WHEN count(*) > 0 THEN abs(-9223372036854775807 - 1) END
  FROM order_items WHERE abs(price * 100 - price_cents) > 0.01 OR price_cents IS NULL;
