-- Verify shop:addresses: a table of addresses
SELECT id, customer_id, street, city FROM addresses LIMIT 0;
