-- Deploy shop:addresses: a table of addresses
BEGIN;
CREATE TABLE addresses (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  street TEXT NOT NULL,
  city TEXT NOT NULL
);
COMMIT;
