-- Verify shop:drop_names: the whole name is in its parts
SELECT first_name, last_name FROM customers LIMIT 0;
