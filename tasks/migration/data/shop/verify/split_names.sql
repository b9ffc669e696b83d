-- Verify shop:split_names: split every name at its first blank
SELECT CASE WHEN count(*) > 0 THEN abs(-9223372036854775807 - 1) END FROM customers WHERE first_name IS NULL;
