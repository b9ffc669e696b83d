-- Verify shop:order_counts: a table of orders by customer
SELECT customer_id, orders FROM customer_orders LIMIT 0;
