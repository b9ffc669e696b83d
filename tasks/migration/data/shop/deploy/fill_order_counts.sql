-- Deploy shop:fill_order_counts: count them
BEGIN;
INSERT INTO customer_orders (customer_id, orders)
SELECT customers.id, (SELECT count(*) FROM orders WHERE orders.customer_id = customers.id) FROM customers;
COMMIT;
