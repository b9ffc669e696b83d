-- Verify shop:order_key: a foreign key from orders to customers, by building the table anew
SELECT id, customer_id, total_cents FROM orders LIMIT 0;
