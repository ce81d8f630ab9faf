// Suites of flow tests, and what their runs came to.
export const UPSERT_SUITE = `insert into test_suites (tenant, namespace, id, flow_id, source, updated_ms) values ($1, $2, $3, $4, $5, $6)
  on conflict (tenant, namespace, id) do update set flow_id = excluded.flow_id, source = excluded.source, updated_ms = excluded.updated_ms`
export const DELETE_SUITE = 'delete from test_suites where tenant = $1 and namespace = $2 and id = $3 returning 1'
export const DELETE_RESULTS = 'delete from test_results where tenant = $1 and namespace = $2 and suite_id = $3'
export const INSERT_RESULT = `insert into test_results (tenant, id, namespace, suite_id, flow_id, state, started_ms, body)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`
/** Index: test_results_by_suite. */
export const TRIM_RESULTS = `${DELETE_RESULTS} and id <= (select id from test_results
  where tenant = $1 and namespace = $2 and suite_id = $3 order by id desc limit 1 offset $4)`

export const FIND_SUITE = 'select * from test_suites where tenant = $1 and namespace = $2 and id = $3'
export const LIST_SUITES = 'select * from test_suites where tenant = $1 order by namespace, id'
export const FIND_RESULT = 'select * from test_results where tenant = $1 and id = $2'
/** The conditions stand for the `?`. There are few results: no index but the one of the suite. */
export const LIST_RESULTS = 'select * from test_results where ? order by id desc limit ? offset ?'
export const COUNT_RESULTS = 'select count(*) as count from test_results where ?'
