-- Revert shop:order_key: a foreign key from orders to customers, by building the table anew
BEGIN;
CREATE TABLE orders_old (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  placed TEXT NOT NULL,
  status TEXT NOT NULL,
  total REAL NOT NULL,
  total_cents INTEGER
);
INSERT INTO orders_old (id, customer_id, placed, status, total, total_cents)
SELECT id, customer_id, placed, status, total, total_cents FROM orders;
DROP TABLE orders;
ALTER TABLE orders_old RENAME TO orders;
COMMIT;
