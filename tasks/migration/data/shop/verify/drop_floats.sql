-- Verify shop:drop_floats: money is in cents
SELECT price_cents FROM products LIMIT 0;
