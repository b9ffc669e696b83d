-- Deploy shop:order_index: orders by customer
BEGIN;
CREATE INDEX orders_by_customer ON orders (customer_id);
COMMIT;
