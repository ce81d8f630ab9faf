// The first question that a page asks of the API, so that the server can name it in the page and the browser asks before any program runs. The
// builder gives the server the same list. A question must be written letter by letter as the client of the page writes it, or it is asked twice
// (tests/browser/shell.test.ts looks), and be a quick one: while the server works it out, the programs of the page wait.

/** Who is asking, below `/api/v1`: the shell of every page wants to know. */
export const EVERYWHERE = '/me'

/** Path below `/ui` → path below `/api/v1/{tenant}`. */
export const FIRST_CALLS: Readonly<Record<string, string>> = {
  '/flows': '/flows/search?page=1&size=50&sort=namespace%3Aasc&sort=id%3Aasc&outline=true',
  '/dashboards': '/dashboards?page=1&size=200',
  '': '/executions/search?page=1&size=1',
  '/admin/triggers': '/triggers/search?page=1&size=50&all=true',
  '/inbox': '/human-tasks?size=50',
  '/kv': '/kv?page=1&size=50&sort=key%3Aasc',
  '/taskruns': '/taskruns/search?cursor=&size=50',
  '/logs': '/logs/search?cursor=&size=200',
  '/executions': '/executions/search?cursor=&size=50&sort=state.startDate%3Adesc',
}
