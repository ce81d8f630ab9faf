/** Columns that can be written, in their order. */
export const TABLE_COLUMNS = `
  select attname as name from pg_catalog.pg_attribute
  where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
  order by attnum`

export const TYPE_NAMES = 'select oid, typname as name from pg_catalog.pg_type where oid = any($1::oid[])'
