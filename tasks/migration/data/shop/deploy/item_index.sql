-- Deploy shop:item_index: items by order
BEGIN;
CREATE INDEX items_by_order ON order_items (order_id);
COMMIT;
