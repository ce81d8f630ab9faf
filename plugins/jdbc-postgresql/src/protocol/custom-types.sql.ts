/** Name of each type, and of arrays the type of the items; the items themselves come along. */
export const CUSTOM_TYPES = `
  with asked as (
    select oid, typname, case when typcategory = 'A' then typelem else 0 end as item_oid
    from pg_catalog.pg_type where oid = any($1::oid[]))
  select oid, typname, item_oid from asked
  union
  select item.oid, item.typname, 0 from pg_catalog.pg_type item join asked on item.oid = asked.item_oid`
