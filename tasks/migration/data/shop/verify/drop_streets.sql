-- Verify shop:drop_streets: addresses have a table of their own
SELECT id, email FROM customers LIMIT 0;
