-- Deploy shop:order_counts: a table of orders by customer
BEGIN;
CREATE TABLE customer_orders (customer_id INTEGER PRIMARY KEY REFERENCES customers (id), orders INTEGER NOT NULL);
COMMIT;
