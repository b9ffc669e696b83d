-- Deploy shop:split_names: split every name at its first blank
BEGIN;
UPDATE customers
   SET first_name = substr(name, 1, instr(name || ' ', ' ') - 1),
       last_name = trim(substr(name, instr(name || ' ', ' ') + 1))
 WHERE first_name IS NULL;
COMMIT;
