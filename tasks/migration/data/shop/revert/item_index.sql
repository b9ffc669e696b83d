-- Revert shop:item_index: items by order
BEGIN;
DROP INDEX items_by_order;
COMMIT;
