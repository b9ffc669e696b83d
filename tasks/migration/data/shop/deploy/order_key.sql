-- Deploy shop:order_key: a foreign key from orders to customers, by building the table anew
BEGIN;
CREATE TABLE orders_new (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  placed TEXT NOT NULL,
  status TEXT NOT NULL,
  total REAL NOT NULL,
  total_cents INTEGER
);
INSERT INTO orders_new (id, customer_id, placed, status, total, total_cents)
SELECT id, customer_id, placed, status, total, total_cents FROM orders;
DROP TABLE orders;
ALTER TABLE orders_new RENAME TO orders;
COMMIT;
