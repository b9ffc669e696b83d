-- Verify shop:move_addresses: one address for each customer
SELECT CASE WHEN (SELECT count(*) FROM addresses) < (SELECT count(*) FROM customers)
       THEN abs(-9223372036854775807 - 1) END;
