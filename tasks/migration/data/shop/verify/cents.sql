-- Verify shop:cents: columns for money in whole cents
SELECT products.price_cents, order_items.price_cents, total_cents FROM products, orders, order_items LIMIT 0;
