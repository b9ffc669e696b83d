-- Deploy shop:move_addresses: one address for each customer
BEGIN;
INSERT INTO addresses (id, customer_id, street, city)
SELECT customers.id, customers.id, customers.street, customers.city FROM customers;
COMMIT;
