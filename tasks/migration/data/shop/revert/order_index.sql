-- Revert shop:order_index: orders by customer
BEGIN;
DROP INDEX orders_by_customer;
COMMIT;
