-- Verify shop:order_index: orders by customer
SELECT id FROM orders INDEXED BY orders_by_customer WHERE customer_id = 1;
