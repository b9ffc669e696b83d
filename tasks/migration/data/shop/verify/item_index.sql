-- Verify shop:item_index: items by order
SELECT id FROM order_items INDEXED BY items_by_order WHERE order_id = 1;
