// Rare statements where SQLite goes its own way.

export const JOURNAL_OF =
  'select turn, version, at_ms, events from journal where execution_id = $1 and turn > $2 order by turn limit $3'

export const INSERT_SNAPSHOT_PART = `insert into snapshots (execution_id, turn, part, bytes)
  select id, $2, $3, $4 from executions where id = $1
  on conflict (execution_id, turn, part) do update set bytes = excluded.bytes
  returning 1`

/** Index: jobs_free. */
export const CLAIM_JOBS = `update jobs set node = $1, incarnation = $2, claimed_ms = $3
  where (execution_id, run, epoch) in (select execution_id, run, epoch from jobs where node is null and not is_killed
    and (case when $5 is null then substr(queue, 1, 1) <> '@' or queue = '@' || $1 else queue in (select value from json_each($5)) end)
    order by rank, execution_id, run, epoch limit $4)
  returning *`
export const MEASURE_SPACE = `select page_count * page_size as size_bytes, freelist_count * page_size as free_bytes
  from pragma_page_count(), pragma_freelist_count(), pragma_page_size()`
