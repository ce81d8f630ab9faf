// What a server is asked before it is trusted; the names are those of `ServerFacts`.
export const ASK_FACTS = `select current_setting('server_version_num')::integer as "versionNumber", current_setting('server_version') as version,
  current_setting('fsync') as fsync, current_setting('full_page_writes') as "fullPageWrites",
  current_setting('synchronous_commit') as "synchronousCommit", current_setting('server_encoding') as encoding,
  pg_is_in_recovery() as "isStandby", coalesce((select rolsuper from pg_roles where rolname = current_user), false) as "isSuperuser",
  array(select rolname::text from pg_roles where pg_has_role(current_user, oid, 'member')
    and rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files') order by rolname) as "machineRoles"`
export const ASK_CLOCK = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms'
