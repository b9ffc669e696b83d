-- Revert shop:order_counts: a table of orders by customer
BEGIN;
DROP TABLE customer_orders;
COMMIT;
