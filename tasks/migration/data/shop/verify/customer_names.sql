-- Verify shop:customer_names: columns for a first and a last name
SELECT first_name, last_name FROM customers LIMIT 0;
